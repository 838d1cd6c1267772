"""The account of a replay or backtest: one for each pair of data and bots. Made for the CLI and bootstrap alike."""

from __future__ import annotations

from hashlib import sha256

from engine.domain.account import AccountSpec
from engine.strategies.bot_list import BotList


def replay_account(bots: BotList, data_digest: str, user_id: str = "local") -> AccountSpec:
    """`paper-replay-` and a digest of data and bots, so that equal inputs have equal ids everywhere."""
    identity = sha256(f"{data_digest}:{bots.digest()}".encode()).hexdigest()[:12]
    return AccountSpec(
        account_id=f"paper-replay-{identity}",
        user_id=user_id,
        name="Replay",
        market="replay",
        cash=bots.cash,
        charge_schedule=bots.charge_schedule,
        seed=bots.seed,
        risk_policy=bots.risk_policy,
        venue_charges=bots.venue_charges,
        reduce_by=bots.reduce_by,
        fills=bots.fills,
    )
