"""The market that the settings name: which account, which bots, which prices. Opened for service and engine.

Each has a file of its own (demo_market, replay_market, angelone_market, coinbase_market), which is loaded only where it
is named.
"""

from __future__ import annotations

from engine.adapters.clock import SystemClock
from engine.angelone_settings import ANGELONE
from engine.bootstrap.traded import Market
from engine.cli.bots_file import read_bots_file
from engine.settings import Settings


def open_market(settings: Settings) -> Market:
    """The market that the settings name. Nobody is logged in anywhere.

    Raises DataError for bad files, InvalidValue for bots they can't serve, CannotStart for a broker whose list of
    instruments can't be had.
    """
    clock = SystemClock()
    listed = read_bots_file(settings.bots, lenient=True) if settings.bots else None
    if settings.feed == "replay":
        from engine.bootstrap.replay_market import open_replay

        return open_replay(settings, listed, clock)
    if settings.feed == ANGELONE and settings.angelone is not None and listed is not None:
        from engine.bootstrap.angelone_market import open_angelone

        return open_angelone(settings, settings.angelone, listed, clock)
    if settings.coinbase is not None:
        from engine.bootstrap.coinbase_market import open_coinbase

        return open_coinbase(settings, settings.coinbase, listed, clock)
    from engine.bootstrap.demo_market import open_demo

    return open_demo(settings, listed, clock)
