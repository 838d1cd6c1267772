"""Market feeds, one market a file."""
