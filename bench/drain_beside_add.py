"""The way out into Firestore beside the client library, as a figure. Measured by drain; feeds figures."""

from __future__ import annotations

from bench import drain
from bench.figure import Figure, Measured, Target, Terms

DOCUMENTS = 10_000

METHOD = f"""\
{DOCUMENTS:,} signals drain into a Firestore emulator, started fresh and warmed alike for each contender of each
round: by Lockstep's whole way (read from the journal's file, decoded, encoded, sent in commits that carry the
lease's precondition, marked delivered), by Google's client with one `add()` at a time, and by its `WriteBatch` of
{drain.LIBRARY_BATCH}. The library is handed ready-made dicts; `add()` does a fifth of the documents. CPU is the
writing process's, all its threads."""

LIMITS = (
    "The emulator is not Firestore: it says nothing of production's latency, contention or quotas, and its own speed "
    "varies between rounds. CPU a document is the steadier figure.",
    "The emulator and the writer share the machine's cores.",
)


def measure(terms: Terms) -> Measured:
    """Documents a second and CPU a document. Raises StackError where the emulator can't be started."""
    found = drain.run(terms.rounds, DOCUMENTS, terms.say)
    return Measured(
        rounds=found["rounds"], ways=found["ways"], ratios=found["ratios"], facts={"documents": found["documents"]}
    )


FIGURE = Figure(
    name="drain",
    title="Journal to Firestore, beside the client library",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target("documents_per_s_to_one_add_at_a_time", 8),
        Target("cpu_per_document_to_library_batches", 0.25, at_most=True),
    ),
    measure=measure,
)
