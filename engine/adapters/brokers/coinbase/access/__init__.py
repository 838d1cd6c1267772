"""Reaching Coinbase: addresses, a token for each request, calls within the limits."""
