"""What Foedus is measured against, each run in a process of its own; nothing here imports Foedus but `records`."""
