"""Whether a bot may follow the leader that a person named: asked before it is made or changed, by bot_writes.

What is another user's is answered like what does not exist. The engine asks the same again, for as long as the bot
follows.
"""

from __future__ import annotations

from engine.api.problems import FieldError, invalid
from engine.api.services import services
from engine.domain.account import is_live
from engine.domain.copy_rules import Party
from engine.domain.copying import ALL, LeaderName, chain_of, fault_of, followed_by
from engine.domain.rehearsal import rehearsed_account_id
from engine.ports import Fields

_FIELD = "parameters.leader"


def refuse_leader(uid: str, account_id: str, bot_id: str, fields: Fields) -> None:
    """Raise a 400 for a leader that is not there, may not be followed, or closes a circle; for no leader, nothing."""
    follower = LeaderName(account_id, bot_id)
    leader = followed_by(follower, fields["strategy"], fields["parameters"])
    if leader is None:
        return
    _refuse_unknown(leader, Party(account_id, uid, is_live(account_id)))

    def leader_of(name: LeaderName) -> LeaderName | None:
        if name == follower:
            return leader
        bot = _bot(name)
        return None if bot is None else followed_by(name, bot["strategy"], bot.get("parameters") or {})

    if (fault := fault_of(chain_of(follower, leader_of))) is not None:
        raise invalid([FieldError(_FIELD, fault)])


def _refuse_unknown(leader: LeaderName, follower: Party) -> None:
    deps = services().deps
    own = leader.account_id == follower.account_id
    if rehearsed_account_id(leader.account_id) is not None:
        raise invalid([FieldError(_FIELD, f"{leader.account_id} is a rehearsal: nobody follows what is simulated")])
    account = {"user_id": follower.user_id} if own else deps.documents.get("accounts", leader.account_id)
    missing = account is None or (leader.bot_id != ALL and _bot(leader) is None)
    party = Party(leader.account_id, str((account or {}).get("user_id", "")), is_live(leader.account_id))
    refusal = deps.copy_rules.refusal(follower, party)
    if missing or (refusal is not None and party.user_id != follower.user_id):
        where = "in this account" if own else "that this account may follow"
        raise invalid([FieldError(_FIELD, f"there is no {leader.bot_id if own else leader} {where}")])
    if refusal is not None:
        raise invalid([FieldError(_FIELD, refusal)])


def _bot(name: LeaderName) -> Fields | None:
    bot = None if name.bot_id == ALL else services().deps.documents.get("bots", name.bot_id)
    there = bot is not None and bot.get("account_id") == name.account_id and bot.get("deleted") is not True
    return bot if there else None
