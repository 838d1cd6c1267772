"""Adapters of brokers."""
