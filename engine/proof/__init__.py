"""The proof: the production engine in a world that tries to break it, and checkers that look at the world.

One seed is one history. The engine, dispatch, recovery, lease, relay and reconciliation are those that trade; clock,
market, venue, network, disk and the store's answers are simulated. docs/PROOF.md says what is not in here.
"""
