"""What the watcher sees of a commit: who wrote to the books, deletions too, and that no document goes back."""

from __future__ import annotations

from engine.adapters.firestore.encoder import add_delete, commit_request, fill_replace, name_of
from engine.proof.watcher import Watcher
from engine.proof.world import World


def seen(*sequences: int, writer: str, deleted: bool = False) -> list[str]:
    """What is said of a process that writes a position with these sequences, while `owner` has the account."""
    world = World(1)
    watcher: Watcher = world.watcher
    lease = commit_request("proof")
    account_id = world.shape.account.account_id
    fill_replace(lease.writes.add(), name_of(world.store.wire.database, "leases", account_id), {"instance": "owner"})
    world.store.commit("owner", lease)
    position = name_of(world.store.wire.database, "open_positions", "alpha_ACME")
    for sequence in sequences:
        request = commit_request("proof")
        fill_replace(request.writes.add(), position, {"sequence": sequence})
        watcher.taken(writer, request)
    if deleted:
        request = commit_request("proof")
        add_delete(request, position)
        watcher.taken(writer, request)
    return watcher.violations


def test_a_position_written_by_who_has_not_the_account_is_seen() -> None:
    assert seen(1, 2, writer="owner") == []
    assert [words[:2] for words in seen(1, writer="other")] == ["I9"]


def test_a_position_deleted_by_who_has_not_the_account_is_seen() -> None:
    assert seen(1, writer="owner", deleted=True) == []
    assert [words[:2] for words in seen(writer="other", deleted=True)] == ["I9"]


def test_a_document_that_goes_back_is_seen() -> None:
    assert [words[:3] for words in seen(2, 1, writer="owner")] == ["I15"]
