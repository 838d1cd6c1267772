"""Hands: one outside system a file."""
