"""The store's documents for commands that only look. Made from the environment; fed to cli/explain by __main__."""

from __future__ import annotations

import os
import random

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.ports import Documents
from engine.settings import read_settings


def stored_documents() -> Documents:
    """Documents of the store that the environment names. Raises CannotStart where it names none."""
    settings = read_settings({**os.environ, "LOCKSTEP_ROLE": "api"})  # reading needs no owner
    return FirestoreDocuments(connect(settings.project, settings.firestore_emulator), SystemClock(), random.random)
