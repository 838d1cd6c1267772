"""Venues outside, one a file."""
