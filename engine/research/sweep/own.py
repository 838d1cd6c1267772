"""A person's own strategies in a worker process, and a digest of their text. Asked by workers, cluster, cli/sweep."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from engine.research.strategy_files import outside_strategies
from engine.research.sweep.trial import Plan
from engine.strategies.registry import bring


def bring_own(plan: Plan) -> None:
    """Have the strategies from outside that the plan may name, once a process. Raises InvalidValue where their folder
    is not there."""
    _bring(plan.own_folder, plan.own_digest)


@cache
def _bring(folder: str | None, digest: str) -> None:
    """Loaded anew only where the text is another."""
    bring(outside_strategies(None if folder is None else Path(folder)))


def own_digest(folder: Path | None) -> str:
    """SHA-256 over the names and texts of a folder's strategies; empty without a folder."""
    if folder is None:
        return ""
    digest = sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
