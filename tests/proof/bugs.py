"""All the bugs that are planted, by what they are in. Each is one that a system of this kind had, or may get."""

from __future__ import annotations

from tests.proof.bugs_in_books import IN_BOOKS
from tests.proof.bugs_in_sending import IN_SENDING
from tests.proof.bugs_in_the_store import IN_THE_STORE

BUGS = (*IN_SENDING, *IN_BOOKS, *IN_THE_STORE)
