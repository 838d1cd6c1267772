"""A folder of market data, kept by venue, symbol and timeframe. Filled by `data import`; read like any other files."""
