"""Every kind of alert there is: how bad it is, and what it tells. Read by whoever raises one.

docs/OPERATIONS.md lists them; a test compares.

An alert is its kind and its subject (identity.alert_id): what is raised again about the same thing is the same alert.
"""

from __future__ import annotations

from dataclasses import dataclass

INFO, WARNING, CRITICAL = "info", "warning", "critical"
SEVERITIES = (INFO, WARNING, CRITICAL)  # from least to most


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind. `words` say what happened, for a table and as a message's title."""

    kind: str
    severity: str
    words: str


_KINDS = (
    # what stops entries
    AlertKind("kill", CRITICAL, "Kill switch"),
    AlertKind("kill_step", INFO, "A step of the kill is proven"),
    AlertKind("kill_failed", CRITICAL, "Kill: the broker refuses to cancel or to close"),
    AlertKind("kill_lifted", INFO, "The kill is lifted"),
    AlertKind("daily_stop", CRITICAL, "Day stop: the day's loss reached its limit"),
    AlertKind("weekly_stop", CRITICAL, "Week stop: the week's loss reached its limit"),
    AlertKind("drawdown", CRITICAL, "Drawdown reached its limit"),
    AlertKind("losing_streak", CRITICAL, "Breaker: too many losses in a row"),
    AlertKind("reject_storm", CRITICAL, "Breaker: the broker rejects order after order"),
    AlertKind("unread_refusals", CRITICAL, "Breaker: the broker refuses orders in words that are in no list"),
    AlertKind("feed_lost", CRITICAL, "Breaker: no prices while positions are open"),
    AlertKind("trip_lifted", INFO, "A breaker was lifted"),
    AlertKind("halt", WARNING, "Entries were halted by a person"),
    AlertKind("resume_refused", CRITICAL, "A halt can't be lifted"),
    AlertKind("held", CRITICAL, "Disk: the journal does not write, entries are held"),
    AlertKind("let_go", INFO, "Entries are no longer held"),
    AlertKind("dry", WARNING, "Live trading is dry: no entries are sent"),
    AlertKind("live", INFO, "Live trading: entries are sent"),
    AlertKind("invariant", CRITICAL, "The engine contradicts itself or the venue"),
    # positions and orders
    AlertKind("unprotected", CRITICAL, "A position without a stop at the broker"),
    AlertKind("not_flat", CRITICAL, "A position was not closed at the session's end"),
    AlertKind("exit_stuck", CRITICAL, "An exit does not leave"),
    AlertKind("exit_left", INFO, "An exit that did not leave has left"),
    AlertKind("exit_unfilled", CRITICAL, "An exit does not fill"),
    AlertKind("order_given_up", WARNING, "The rest of an entry was left"),
    AlertKind("order_rejected", WARNING, "The broker rejected an order"),
    AlertKind("strange_order", WARNING, "The broker speaks of an order that is not known"),
    # copying
    AlertKind("leader_gone", WARNING, "A leader is gone: nothing is entered after it"),
    AlertKind("leader_back", INFO, "A leader is back"),
    AlertKind("leader_wild", WARNING, "A leader trades too often: following waits for a person"),
    AlertKind("copy_refused", WARNING, "A leader may not be followed"),
    AlertKind("copy_symbol", INFO, "A leader trades what its follower does not"),
    # books and truth
    AlertKind("difference", CRITICAL, "Broker and books differ"),
    AlertKind("signals_found", INFO, "Signals of a lost time were found again"),
    AlertKind("signals_differ", WARNING, "Signals found again differ from those in the store"),
    AlertKind("journal_damaged", CRITICAL, "Data lost: the journal was damaged"),
    AlertKind("journal_lost", WARNING, "Data lost: the journal was lost, the books were made again"),
    AlertKind("trades_without_fills", WARNING, "Closed trades whose fills are lost"),
    # the service
    AlertKind("strategy_failed", CRITICAL, "A bot's strategy failed: it decides nothing more"),
    AlertKind("start_failed", CRITICAL, "The engine can't start"),
    AlertKind("engine_failed", CRITICAL, "Exception: the engine ends"),
    AlertKind("lease_lost", CRITICAL, "Lease lost: this engine has the account no more"),
    AlertKind("heartbeat_missing", CRITICAL, "Heartbeat missing: the engine is silent"),
    AlertKind("recording_stopped", WARNING, "The day is no longer recorded"),
    AlertKind("broker_away", CRITICAL, "Broker session lost"),
    AlertKind("broker_back", INFO, "Broker session is back"),
    AlertKind("before_open", CRITICAL, "The check of the broker found something in the way"),
    AlertKind("dead_letter", WARNING, "Dead letter: Firestore refuses a record for good"),
    AlertKind("test", INFO, "Test message"),
)
KINDS = {each.kind: each for each in _KINDS}


def reaches(severity: str, least: str) -> bool:
    """Whether a severity is at least as bad as another. Both must be known."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)
