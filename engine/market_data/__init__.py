"""Readers of market data files, session calendars, merging by time. Used by research, simulation and feeds."""
