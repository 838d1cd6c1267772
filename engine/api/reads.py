"""An account's present state, from the engine's fresh snapshot or else from the store. Fed by EngineView and Documents;
feeds the portfolio, countdown and health routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from engine.api.answers import iso
from engine.api.authentication import caller
from engine.api.ownership import is_document_id
from engine.api.services import services
from engine.core.performance import TOO_FEW
from engine.domain.errors import OperatingError
from engine.ports import Fields

PAGE_MAX = 200  # documents of one list that a summary reads; the contract's largest page


@dataclass(frozen=True, slots=True)
class Reading:
    """Some fields and the wall time they were true at, ISO."""

    fields: Fields
    as_of: str


def account_state(account_id: str) -> Reading:
    """The account's document; empty before the engine has written it."""
    view = services().engine.account(account_id)
    if view is not None and "equity" in view.account:
        return Reading({"id": account_id, **view.account}, view.as_of)
    return Reading(stored("accounts", account_id), _now())


def roll_up(account_id: str, period: str) -> Reading:
    """The ledger's roll-up of a period; zeros before the first closed trade."""
    view = services().engine.account(account_id)
    if view is not None and period in view.profits:
        return Reading({**_NOTHING_EARNED, "period": period, **view.profits[period]}, view.as_of)
    return Reading({**_NOTHING_EARNED, "period": period, **stored("profits", f"{account_id}_{period}")}, _now())


def bot_statuses(account_id: str) -> Reading:
    """Each bot's status by its id."""
    view = services().engine.account(account_id)
    if view is not None:
        return Reading(dict(view.statuses), view.as_of)
    where = {"user_id": caller().uid, "account_id": account_id, "deleted": False}
    page = services().deps.documents.page("bots", where, None, PAGE_MAX, None)
    return Reading({bot["id"]: bot.get("status") or {} for bot in page.items}, _now())


def stored(collection: str, document_id: str) -> Fields:
    """A document of the caller's with a reckoned id; empty when there is none or can be none, or it is another's."""
    if not is_document_id(document_id):  # a symbol that no market has may hold a slash
        return {}
    found = services().deps.documents.get(collection, document_id)
    return found if found is not None and found.get("user_id") == caller().uid else {}


def market_day(account_id: str) -> date:
    """The account's current trading day; today in UTC before the engine has said."""
    account = account_state(account_id).fields
    session: dict[str, Any] = account.get("session") or {}
    if session.get("day"):
        return date.fromisoformat(session["day"])
    market_at = account.get("market_at")
    if isinstance(market_at, str):
        market_at = datetime.fromisoformat(market_at)
    moment: datetime = market_at or services().deps.clock.now()
    return moment.astimezone(UTC).date()


def store_state() -> str:
    """`ok`, or `down` when the store does not answer a small read within a second."""
    try:
        services().deps.documents.ping()
    except OperatingError:
        return "down"
    return "ok"


def _now() -> str:
    return iso(services().deps.clock.now())


_NOTHING_EARNED: Fields = {
    **dict.fromkeys(("gross_pnl", "charges", "net_pnl", "gross_profit", "gross_loss"), 0.0),
    **dict.fromkeys(("trades", "wins", "losses", "break_even"), 0),
    **dict.fromkeys(("period_start", "period_end", "first_exit_at", "last_exit_at", "hold_s"), None),
    **dict.fromkeys(("win_rate", "profit_factor", "expectancy", "avg_hold_s"), None),
    "grade": TOO_FEW,
    "bots": {},
}
