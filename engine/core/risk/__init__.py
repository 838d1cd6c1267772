"""The gate: the only maker of `Approved`. Checks are functions, one a limit; the breaker latches."""
