"""What every fact hangs on: actors, systems, places, sources, parties, citations; it names no kind of fact."""
