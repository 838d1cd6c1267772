"""Every published figure, the peers beside it, and the long proofs. `python -m bench`, `python -m bench.prove`.

A figure is a file here with one function: engine_ticks, engine_bars, drain_beside_add. Each is measured in rounds; in a
round every contender runs once, in a fresh process or on a fresh emulator, and ratios are taken within the round.
"""
