"""The check before the open: one small function a line, read-only."""
