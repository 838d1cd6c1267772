"""Coinbase Advanced Trade, spot: reaching it, its prices, orders there, the examination of both."""
