"""What `make rehearse` does: a loopback Angel One, and the service trading a live account at it. Fed by the Makefile.

Play money, on this machine alone: nothing is asked of the real broker. Every rehearsal begins anew, broker and books.
AT= names the broker's time at the start (with its zone), BOTS= other bots than rehearsal_bots.json, SEED= other prices.
"""

import json
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from engine.market_data.calendar import calendar_for
from local import run
from local.child import Child
from local.errors import StackError
from local.places import LOCAL_STATE, ROOT

STATE = LOCAL_STATE / "rehearsal"
BOTS = Path(__file__).with_name("rehearsal_bots.json")
IST = timezone(timedelta(hours=5, minutes=30))
OPENS, LAST = 9 * 60 + 20, 14 * 60  # minutes of India's day between which "now" is a good time to begin
STARTED_WITHIN_S = 30
ADDRESS = "203.0.113.7"  # RFC 5737; what the loopback broker says that calls come from


def main() -> int:
    """Until stopped; the exit code."""
    try:
        at = _begins_at(os.environ.get("AT", ""), datetime.now(IST))
        broker = _start_broker(at, os.environ.get("SEED") or "1")
        try:
            told = _told(broker)
            os.environ.update(_environment(told))
            run.say(f"the loopback Angel One is at {told['root']}; its time is {at:%A %d %B, %H:%M} in India")
            run.say(f"its switches: curl --cacert {told['authority']} {told['control']} (docs/BROKERS.md)")
            run.say("arm the account on the dashboard to let its bots trade")
            return run.main(state=STATE)
        finally:
            broker.stop()
    except StackError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0


def _begins_at(text: str, now: datetime) -> datetime:
    """The moment that AT names; else now, where the exchange trades, or at ten on the next day that it does."""
    if text:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise StackError(f"AT={text} is not a time with its zone. Give one: AT=2026-11-23T10:00:00+05:30")
        return at.astimezone(IST)
    days = calendar_for("NSE")
    if days.session_on(now.date()) is not None and OPENS <= now.hour * 60 + now.minute <= LAST:
        return now
    at = now.replace(hour=10, minute=0, second=0, microsecond=0)
    while at <= now or days.session_on(at.date()) is None:
        at += timedelta(days=1)
    return at


def _start_broker(at: datetime, seed: str) -> Child:
    command = [sys.executable, "-m", "tests.brokers.angelone", "--at", at.isoformat(), "--walk", seed]
    return Child("the loopback broker", command, log_path=_log(), env=os.environ, cwd=ROOT, say=run.say)


def _log() -> Path:
    """A log of this run's own: RESET deletes it with the rest, once it is this run's turn."""
    return STATE / f"broker-{os.getpid()}.log"


def _told(broker: Child) -> dict[str, str]:
    """The line that it prints when it serves. Raises StackError where it does not come up."""

    def line() -> str:
        return next((row for row in broker.log_path.read_text().splitlines() if row.startswith("{")), "")

    broker.wait_until(lambda: bool(line()), STARTED_WITHIN_S)
    told: dict[str, str] = json.loads(line())
    return told


def _environment(told: dict[str, str]) -> dict[str, str]:
    """The words of `make run` for a live day there."""
    return {
        "FEED": "angelone",
        "VENUE": "angelone",
        "BOTS": os.environ.get("BOTS") or str(BOTS),
        "RESET": "1",
        "LOCKSTEP_STATE_DIR": str(STATE / "state"),
        "LOCKSTEP_ANGELONE_AT": told["root"],
        "LOCKSTEP_ANGELONE_CA": told["authority"],
        "ANGELONE_CLIENT_CODE": told["client_code"],
        "ANGELONE_PIN": told["pin"],
        "ANGELONE_TOTP_SECRET": told["totp_secret"],
        "ANGELONE_API_KEY": told["api_key"],
        "ANGELONE_REGISTERED_IP": ADDRESS,
        "PAPER_SESSIONS_MIN": "0",  # nothing needs proving for play money
    }


if __name__ == "__main__":
    sys.exit(main())
