"""Drivers around the same engine: backtest and its report."""
