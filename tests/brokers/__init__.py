"""Brokers: what speaks their wire in tests, and the adapters that speak with it."""
