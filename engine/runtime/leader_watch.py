"""Follows leaders in other accounts: reads what their engines wrote down, and puts it into the inbox (LeaderTold).

Fed by the LeaderBoard (Firestore) on a timer; feeds the session's inbox. Where to go on from is the follower's own
cursor, which its books keep: after a restart nothing is left out, and nothing is told that was taken before. A look
waits until what was told last has been taken.

Records of other engines may reach the store a little out of their order, so what is just behind the cursor is looked
at again; what this process has told already is not told again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import structlog

from engine.core.state import State
from engine.domain.account import AccountSpec, Mode
from engine.domain.copy_rules import Party
from engine.domain.copying import CHAIN_MAX, CopyTerms, Follow, LeaderName, LeaderTold
from engine.domain.errors import OperatingError, PermanentFailure
from engine.domain.rehearsal import rehearsed_account_id
from engine.ports import Clock, LeaderBoard, Standing

POLL_S = 1.0  # one document read a follower: 86,400 a day
STANDING_S = 10.0  # two more, for who the leader is and whether its engine lives
UNTAKEN_S = 30.0  # what was told and not taken by then was told of another leader
BEHIND = 50  # records behind the cursor that are looked at again
LATE_S = 20.0  # after the newest one they are looked at once more: the relay's second tries are through by then
UNREADABLE = "has records that can't be read"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Follower:
    """A bot whose leader is in another account, as the engine has it; `sequence` None: it has heard nothing yet."""

    bot_id: str
    terms: CopyTerms
    symbols: tuple[str, ...]
    sequence: int | None


def followers_of(state: State) -> Sequence[Follower]:
    """The account's followers of other accounts. From any thread: what it reads is replaced, never changed in place."""
    found = []
    for bot in list(state.bots.values()):
        following = bot.following
        if following is not None and following.terms.leader.account_id and bot.evaluating:
            found.append(Follower(bot.bot_id, following.terms, bot.spec.symbols, following.sequence))
    return found


@dataclass(slots=True)
class _Heard:
    """What was told of one follower's leader. `base` is the cursor of its first look: nothing before it is told."""

    leader: LeaderName
    follow: Follow
    base: int | None = None
    told: dict[str, int] = field(default_factory=dict)  # sequences of facts just behind the cursor, by id
    last: LeaderTold | None = None
    told_at: float = 0.0
    again_at: float | None = None  # when they are looked at once more, monotonic


class LeaderWatch:
    """Looks for every follower in turn. `followers` gives them as they are now, `put` is the inbox's."""

    def __init__(
        self,
        board: LeaderBoard,
        account: AccountSpec,
        followers: Callable[[], Sequence[Follower]],
        put: Callable[[LeaderTold], None],
        clock: Clock,
    ) -> None:
        self._board = board
        self._account = account
        self._followers = followers
        self._put = put
        self._clock = clock
        self._heard: dict[str, _Heard] = {}
        self._standings: dict[LeaderName, tuple[float, Standing]] = {}

    def run(self, stop: threading.Event) -> None:
        """Look on a timer until stopped; a store that does not answer is looked at again."""
        troubled = False
        while not stop.wait(POLL_S):
            try:
                self.look()
                if troubled:
                    _log.info("leaders are read again", account=self._account.account_id)
                troubled = False
            except OperatingError as error:
                if not troubled:
                    _log.warning("leaders can't be read", account=self._account.account_id, error=str(error))
                troubled = True

    def look(self) -> None:
        """Tell each follower what is new of its leader. Raises OperatingError where the store does not answer."""
        for follower in self._followers():
            heard = self._heard.get(follower.bot_id)
            if heard is None or (heard.leader, heard.follow) != (follower.terms.leader, follower.terms.follow):
                heard = _Heard(follower.terms.leader, follower.terms.follow)
            if not self._taken(follower, heard):
                continue
            told, last = self._read(follower, heard), heard.last
            if last is None or told.facts or told.sequence != last.sequence or _state(told) != _state(last):
                heard.last, heard.told_at = told, self._clock.monotonic()
                self._put(told)
            self._heard[follower.bot_id] = heard

    def _read(self, follower: Follower, heard: _Heard) -> LeaderTold:
        """What there is to tell. A leader that can't be read is gone: that keeps no other follower waiting, and ends
        nothing. Raises OperatingError for a store that does not answer, which says nothing of the leader.
        """
        try:
            return self._told(follower, heard)
        except Exception as error:
            if isinstance(error, OperatingError) and not isinstance(error, PermanentFailure):
                raise
            if heard.last is None or heard.last.gone != UNREADABLE:
                _log.exception("a leader can't be read", follower=follower.bot_id, leader=str(heard.leader))
            return LeaderTold(
                follower.bot_id, heard.leader, follower.sequence, follower.sequence, gone=UNREADABLE
            )  # fmt: skip

    def _told(self, follower: Follower, heard: _Heard) -> LeaderTold:
        """What there is to tell now. A follower that has heard nothing yet begins with what comes next."""
        terms, standing, after = follower.terms, self._standing(heard.leader), follower.sequence
        refused, gone = self._refused(follower, standing), self._gone(follower, standing)
        told = LeaderTold(follower.bot_id, terms.leader, after, after, gone=gone, refused=refused)
        if refused is not None or not standing.user_id:
            return told
        newest = self._board.newest(standing, terms.follow)
        cursor = newest if after is None else after
        first = heard.base is None or after is None
        held = self._held(follower, standing) if first else {}
        base = cursor if first or heard.base is None else heard.base
        now = self._clock.monotonic()
        if newest > cursor:
            heard.again_at = now + LATE_S
        elif heard.again_at is None or now < heard.again_at:
            heard.base = base
            return replace(told, sequence=cursor, held=held)
        else:
            heard.again_at = None
        found = self._board.facts(standing, terms.follow, max(base, cursor - BEHIND), self._clock.now())
        new = [(sequence, fact) for sequence, fact in found if fact.fact_id not in heard.told]
        cursor = max([cursor, newest, *(sequence for sequence, _ in new)])
        heard.told.update({fact.fact_id: sequence for sequence, fact in new})
        heard.told = {one: sequence for one, sequence in heard.told.items() if sequence > cursor - BEHIND}
        heard.base = base
        facts = tuple(replace(fact, sequence=sequence) for sequence, fact in new)
        return replace(told, sequence=cursor, facts=facts, held=held)

    def _taken(self, follower: Follower, heard: _Heard) -> bool:
        """Whether the engine has taken what it was told last, or never will."""
        last = heard.last
        waits = last is not None and last.sequence != last.after and follower.sequence == last.after
        return not waits or self._clock.monotonic() - heard.told_at > UNTAKEN_S

    def _held(self, follower: Follower, standing: Standing) -> dict[str, Decimal]:
        """What the leader holds of the follower's symbols, so that what it left meanwhile is left too."""
        if follower.terms.follow is not Follow.FILLS or standing.user_id == "":
            return {}
        held = ((symbol, self._board.held(standing, symbol)) for symbol in follower.symbols)
        return {symbol: quantity for symbol, quantity in held if quantity is not None}

    def _standing(self, leader: LeaderName) -> Standing:
        known, now = self._standings.get(leader), self._clock.monotonic()
        if known is None or now - known[0] >= STANDING_S:
            known = self._standings[leader] = (now, self._board.standing(leader))
        return known[1]

    def _gone(self, follower: Follower, standing: Standing) -> str | None:
        if standing.gone is not None:
            return standing.gone
        beat = standing.heartbeat_at
        silent = beat is None or (self._clock.now() - beat).total_seconds() > follower.terms.leader_silent_s
        return "has an engine that is silent" if silent else None

    def _refused(self, follower: Follower, standing: Standing) -> str | None:
        """Why this leader may not be followed, as a sentence."""
        account, own = self._account, LeaderName(self._account.account_id, follower.bot_id)
        if standing.user_id == "":
            return None  # gone, as long as nobody knows it
        if rehearsed_account_id(standing.leader.account_id) is not None:
            return f"{standing.leader.account_id} is a rehearsal: nobody follows what is simulated"
        party = Party(account.account_id, account.user_id, account.mode is Mode.LIVE)
        leader = Party(standing.leader.account_id, standing.user_id, standing.live)
        if (refusal := account.copy_rules.refusal(party, leader)) is not None:
            return refusal
        if own in standing.follows:
            return f"{standing.leader} follows this bot in turn"
        if len(standing.follows) >= CHAIN_MAX:
            return f"{standing.leader} has {len(standing.follows)} leaders before it, {CHAIN_MAX - 1} are allowed"
        return None


def _state(told: LeaderTold) -> tuple[str | None, str | None]:
    return told.gone, told.refused
