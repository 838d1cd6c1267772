"""Brokers, one venue a file."""
