"""The check of Coinbase: one small function a line, read-only."""
