"""Live prices, whoever the broker is: a connection kept open, a day by the clock, silence, the past to begin on."""
