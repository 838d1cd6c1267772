"""Arming a live account, and disarming it: `armed` of controls/{account_id}. Fed by routes; judged anew by the engine.

It takes a person who signed in minutes ago, an account that is live and may trade, and bots that did the same on paper
long enough: bots/{id}.status.sessions of a paper account of the same user, whose strategy, timeframe and parameters are
the same. While an account is armed its bots are not made or changed: what was proven on paper is what trades.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import Response

from engine.api.authentication import caller
from engine.api.controls import put_control
from engine.api.problems import conflict
from engine.api.reads import PAGE_MAX
from engine.api.recent_sign_in import refuse_old_sign_in
from engine.api.services import services
from engine.api.writing import written
from engine.domain.account import is_live
from engine.domain.identity import strategy_key
from engine.ports import Fields, Transaction


def arm(account_id: str, hours: float) -> Response:
    """200 with the arming as it now stands; armed again, it lasts from now."""
    refuse_old_sign_in()
    if not is_live(account_id):
        raise conflict("This is a paper account: there is nothing to arm.")
    unproven = list(_unproven(account_id))
    if unproven:
        raise conflict(f"Not long enough on paper: {'; '.join(unproven)}.")
    now = services().deps.clock.now()
    armed = {"until": now + timedelta(hours=hours), "by": caller().uid, "at": now}

    def work(transaction: Transaction) -> Fields:
        standing = transaction.get("controls", account_id) or {}
        if standing.get("read_only", False) is not False:
            raise conflict("The broker connection is read only. Allow it to trade first.")
        put_control(transaction, account_id, {"armed": armed})
        return {"account_id": account_id, "armed": armed}

    return written(account_id, work)


def disarm(account_id: str) -> Response:
    """200. Entries stop within seconds, exits go on; disarming twice is disarming once."""

    def work(transaction: Transaction) -> Fields:
        put_control(transaction, account_id, {"armed": None})
        return {"account_id": account_id, "armed": None}

    return written(account_id, work)


def set_read_only(account_id: str, read_only: bool) -> Response:
    """200. A broker connection that only reads is never live; to let it trade takes a recent sign-in."""
    if not read_only:
        refuse_old_sign_in()

    def work(transaction: Transaction) -> Fields:
        put_control(transaction, account_id, {"read_only": read_only})
        return {"account_id": account_id, "read_only": read_only}

    return written(account_id, work)


def refuse_while_armed(transaction: Transaction, account_id: str) -> None:
    """A 409 where the account is armed."""
    if not is_live(account_id):
        return
    armed = (transaction.get("controls", account_id) or {}).get("armed")
    if armed is not None and armed["until"] > services().deps.clock.now():
        raise conflict("The account is armed with the bots as they are. Disarm it before you make or change a bot.")


def _unproven(account_id: str) -> Iterator[str]:
    """Each bot of the account whose like has not completed enough sessions on paper, as words."""
    least = services().deps.paper_sessions_min
    bots = _bots(account_id)
    if not bots:
        yield "the account has no bot"
    proven: dict[str, int] = {}
    for other in services().ownership.accounts_of(caller().uid):
        for bot in [] if is_live(other) else _bots(other):
            status = bot.get("status") or {}
            key = str(status.get("sessions_of", ""))
            proven[key] = max(proven.get(key, 0), int(status.get("sessions", 0)))
    for bot in bots:
        sessions = proven.get(strategy_key(bot["strategy"], bot["timeframe"], bot["parameters"]), 0)
        if sessions < least:
            same = "with its strategy, timeframe and parameters"
            yield f"{bot['name']} has completed {sessions} of {least} sessions on a paper account {same}"


def _bots(account_id: str) -> list[Fields]:
    where = {"user_id": caller().uid, "account_id": account_id, "deleted": False}
    return services().deps.documents.page("bots", where, None, PAGE_MAX, None).items
