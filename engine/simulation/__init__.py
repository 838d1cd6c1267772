"""A market and a venue we control; serves demo, backtest, paper and the fault simulator.

As deterministic as the core.
"""
