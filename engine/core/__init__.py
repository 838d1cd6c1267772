"""Decisions: one deterministic machine.

No clock, chance, thread, I/O or set order; its stages meet only in engine.py.
"""
