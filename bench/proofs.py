"""The long proofs by name: what each shows, which tests it runs, what data it needs. Read by prove."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Proof:
    """`tests` is a selection of pytest's; `data` is what must lie in DATA, None where nothing of it is needed."""

    name: str
    shows: str
    tests: tuple[str, ...]
    data: Path | None = None


PROOFS: tuple[Proof, ...] = (
    Proof(
        "parity",
        "a real day replayed by the engine process into Firestore gives the backtest's signals and fills, id by id",
        ("tests/prove/test_parity.py",),
        Path("nse_ticks_2021_raw/2021-04-28"),
    ),
    Proof(
        "real-data",
        "real market data is read whole and in order, its dirt is found, and skipping ahead changes nothing on it",
        ("tests/prove/test_real_data.py", "tests/prove/test_real_skip_ahead.py"),
        Path("nse_ticks_2021_raw"),
    ),
    Proof(
        "kills",
        "two hundred kill -9 of a process that writes the journal lose nothing that was acknowledged",
        ("tests/prove/test_kills.py",),
    ),
)
