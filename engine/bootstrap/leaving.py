"""An account's end at its broker: logged out, and its client let go of for whoever comes next. Called by engine.py.

A broker that does not answer keeps nobody: the process has eight seconds from SIGTERM, and most of them are the
journal's and the store's. What was not ended here ends by itself: a session at midnight, the lease within its life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from engine.runtime.worker import Worker

if TYPE_CHECKING:
    import threading

    from engine.bootstrap.angelone_login import ClientHeld
    from engine.bootstrap.traded import RealBroker

LEAVE_S = 1.0
LEAVE_ANEW_S = 15.0  # no signal waits, and the next login may be as the same client: a late logout would end it
_log = structlog.get_logger()


def leave_the_broker(broker: RealBroker | None, client: ClientHeld | None, within_s: float) -> bool:
    """Log out, then let others log in as this client; False where that is not done in time, and goes on by itself.

    Nobody else may log in before we are out: a late word of ours would end their session.
    """
    if broker is None:
        return True

    def leave(_stop: threading.Event) -> None:
        broker.close()
        if client is not None:
            client.release()

    worker = Worker("leaving", leave, lambda name, error: None)
    worker.start()
    left = worker.join(within_s)
    if not left:
        _log.warning("the broker was not left in time", broker=broker.name, within_s=within_s)
    return left
