"""Indicators, wrapped once and shared by every bot on a (symbol, timeframe). Fed by bars.py, read by strategies."""

from engine.core.indicators.kept import IndicatorKey, IndicatorSet

__all__ = ["IndicatorKey", "IndicatorSet"]
