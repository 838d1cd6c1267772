"""Wires everything; the only room that sees all others. Called by main.py (the API) and __main__.py (serve).

service    `lockstep serve`: the roles, and which processes each of them is
face       the API's process: Flask on its ports
engine     the engine's process: own the account, recover it, trade
outside    what the engine's process reaches outside of it
market     the account, its bots and where its prices come from
shown      records as the fields of their documents, for the snapshot
"""
