"""One strategy a file, and the registry."""
