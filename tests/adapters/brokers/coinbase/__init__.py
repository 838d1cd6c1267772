"""Tests of Coinbase's adapter."""
