"""Prices of Angel One: the list of instruments, the market socket, the feed, candles of the past."""
