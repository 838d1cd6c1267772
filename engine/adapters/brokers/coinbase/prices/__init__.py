"""Coinbase's public prices: its products, its market socket, its bars of the past."""
