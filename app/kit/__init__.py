"""What any read-only data API needs; knows no fact and imports nothing of ours."""
