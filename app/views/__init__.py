"""Questions across kinds: all facts, relations, resolution, coverage, passages, code lists, and the service itself."""
