"""Lockstep's engine: what the broker did, what the books say and what the screen shows, kept in step.

The map, in the order the data flows:

domain       nouns: instruments, ticks, bars, signals, orders, fills, positions, events, effects, records
core         decisions: one deterministic machine, `Engine.process(event) -> effects`
strategies   one strategy a file, and the registry
ports        every door to the outside, a Protocol each
market_data  readers of files, session calendars, merging by time
outbox       the durable way out: codec, back-off, relay
recording    a trading day as it was decided, as a file
simulation   a market and a venue we control
runtime      loops and life: the only room with threads
research     drivers around the same engine: backtest, reports
adapters     hands: one outside system a file
api          the HTTP face
cli          the `lockstep` command
settings     the only reader of the environment; variables says what one variable's text means, angelone_settings
             and coinbase_settings what it says of a broker, broker_settings what they share
bootstrap    wires everything; sees all rooms above
proof        the same parts in a simulated world that tries to break them
"""
