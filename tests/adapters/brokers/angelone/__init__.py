"""Angel One's adapter."""
