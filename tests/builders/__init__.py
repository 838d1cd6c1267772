"""Plain functions that make what tests need: instruments, sessions, ticks, bars, bots, an account, a paper loop."""
