"""The fence against everything a network does to commits, at random: Google's Firestore stood in for by the twin.

A model of one account: its owner says names, one after the other, and repeats each until it is known to be in, as the
relay does. Commits are lost, late, refused; renewals too; a second engine takes the lease; the owner lets go.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.adapters.firestore.errors import error_of
from engine.adapters.firestore.lease import FIRST_NOTE_S
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import TIMEOUT_S
from engine.domain.errors import Fenced, OperatingError
from engine.domain.records import AccountRecord
from engine.ports import Grant
from tests.contracts.late_wire import LATE, LOST, PASSES, LateWire
from tests.contracts.test_record_store import Side
from tests.outbox.sample_records import sample

REFUSED = "refused"
CODES = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "ABORTED", "PERMISSION_DENIED")
FATES = st.lists(st.sampled_from([LATE, LOST, REFUSED, PASSES]), min_size=1, max_size=4)


class Faulty(LateWire):
    """A LateWire that may refuse, too: nothing is applied, and any code is the answer."""

    code = CODES[0]

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        if self.fates and self.fates[0] == REFUSED:
            self.fates.popleft()
            raise error_of(self.code, "nothing was applied")
        return super().commit(request, timeout_s)


class FenceMachine(RuleBasedStateMachine):
    """`said` is the number being said, `known` the highest known to be in; `owner` the side that has the lease."""

    fence: Any = "verify"

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryWire()
        self.wires: list[Faulty] = []
        self.said = self.known = 0
        self.before: tuple[Side, Grant] | None = None
        self.take()

    def take(self) -> None:
        wire = Faulty(self.store)
        self.wires.append(wire)
        self.side = Side(wire, f"engine-{len(self.wires)}", self.fence)
        self.side.clock.advance(1000.0 * len(self.wires))
        self.grant = self.side.acquire()

    @rule(times=st.integers(1, 3))
    def say_undisturbed(self, times: int) -> None:
        for _ in range(times):
            self.say([], CODES[0], empty=False)

    @rule(fates=FATES, code=st.sampled_from(CODES), empty=st.sampled_from([False, False, False, True]))
    def say(self, fates: list[str], code: str, empty: bool) -> None:
        """The next name, or again the one whose outcome is not known."""
        wire = self.wires[-1]
        wire.fates.clear()
        wire.fates += fates
        wire.code = code
        if self.said == self.known and not empty:
            self.said += 1
        self.side.clock.advance(1)
        try:
            if empty:
                self.side.commit(self.grant)
            else:
                self.side.commit(self.grant, sample(AccountRecord, name=f"{self.said:05}"))
        except Fenced:
            raise AssertionError("the lease is ours") from None
        except OperatingError:
            return
        if not empty:
            self.known = self.said
            assert self.number_in() == self.known

    @rule(fate=st.sampled_from([PASSES, LOST, LATE, REFUSED]), seconds=st.sampled_from([1, 1, 61, 100]))
    def renew(self, fate: str, seconds: int) -> None:
        wire = self.wires[-1]
        wire.fates.clear()
        wire.fates.append(fate)
        self.side.clock.advance(seconds)
        try:
            due_s = self.side.lease.renew(self.grant)
        except Fenced:
            raise AssertionError("the lease is ours") from None
        except OperatingError:
            return
        assert 0 < due_s <= 60
        left_s = self.side.lease.remaining_s(self.grant)
        assert left_s == due_s + 30 or (due_s == FIRST_NOTE_S and left_s > due_s + 30)  # asked soon after it was taken

    @precondition(lambda self: any(wire.under_way for wire in self.wires))
    @rule(pick=st.integers(0, 10))
    def arrive(self, pick: int) -> None:
        """Any commit that was given up, of this engine or of one before it, reaches the store."""
        choices = [(wire, number) for wire in self.wires for number in range(len(wire.under_way))]
        wire, number = choices[pick % len(choices)]
        assert not wire.arrive(number) or wire is self.wires[-1], "it was sent under an epoch that is over"

    @precondition(lambda self: len(self.wires) < 4)
    @rule(lets_go=st.booleans(), fate=st.sampled_from([PASSES, LOST, LATE]))
    def stolen(self, lets_go: bool, fate: str) -> None:
        """Another engine takes over; what the first was saying is said by the second from its journal."""
        self.before = (self.side, self.grant)
        if lets_go:
            self.wires[-1].fates.clear()
            self.wires[-1].fates.append(fate)
            try:
                self.side.lease.release(self.grant)
            except Fenced:
                raise AssertionError("the lease is ours") from None
            except OperatingError:
                pass
        self.take()

    @precondition(lambda self: self.before is not None)
    @rule(empty=st.booleans())
    def the_old_one_goes_on(self, empty: bool) -> None:
        assert self.before is not None
        side, grant = self.before
        side.wire.fates.clear()  # type: ignore[attr-defined]
        try:
            side.commit(grant, *([] if empty else [sample(AccountRecord, name="the old one's")]))
        except Fenced:
            return
        raise AssertionError("a commit passed under an epoch that is over")

    def number_in(self) -> int:
        found = self.side.read("accounts", "account-id-1")
        return 0 if found is None else int(found["name"])

    @invariant()
    def nothing_is_put_back(self) -> None:
        assert self.known <= self.number_in() <= self.said


class WritingFenceMachine(FenceMachine):
    """The fence for a Firestore that knows no verify."""

    fence = "write"


TestFence = FenceMachine.TestCase
TestWritingFence = WritingFenceMachine.TestCase
TestFence.settings = TestWritingFence.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
