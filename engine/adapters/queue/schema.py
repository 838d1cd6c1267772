"""The journal's tables and the statements on them. Used by writer.py and journal.py; any SQLite tool reads it.

records       every record, in the order it was put; `row` never repeats. Of a state the newest row alone is kept (and
              one that is a dead letter): undelivered states are conflated, delivered ones mirror what the store holds.
              state: 0 waiting, 1 delivered, 2 dead letter. fact: 0 or 1. history: 1 where nothing goes on from it, 2
              where that is so because a newer one followed the dead letter, which may be dropped itself before that
dead_letters  why a record was set aside
about         the journal's own id, which the lease names: a path alone could be another machine's; `salvaged`, until
              what was saved of a damaged journal has been completed; `sequence`, below which none is given any more
"""

from __future__ import annotations

APPLICATION_ID = 0x4C6F636B  # "Lock", in the file's header
FORMAT = 1

TABLES = f"""
CREATE TABLE records (
    row         INTEGER PRIMARY KEY AUTOINCREMENT,
    sequence    INTEGER NOT NULL,
    collection  TEXT NOT NULL,
    document_id TEXT NOT NULL,
    slot        TEXT NOT NULL,
    fact        INTEGER NOT NULL,
    history     INTEGER NOT NULL,
    state       INTEGER NOT NULL DEFAULT 0,
    queued_at   REAL NOT NULL,
    payload     BLOB NOT NULL
);
CREATE INDEX records_of_states ON records (collection, document_id, slot) WHERE fact = 0;
CREATE INDEX records_waiting ON records (state) WHERE state = 0;
CREATE TABLE dead_letters (
    row      INTEGER PRIMARY KEY,
    error    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_at REAL NOT NULL
);
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""

ADD = """
INSERT INTO records (sequence, collection, document_id, slot, fact, history, queued_at, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
SUPERSEDE = """
DELETE FROM records
WHERE collection = ? AND document_id = ? AND slot = ? AND fact = 0 AND state <> 2
"""
OUTLIVE = """
UPDATE records SET history = 2
WHERE collection = ? AND document_id = ? AND slot = ? AND fact = 0 AND state = 2
"""
TAKE = """
SELECT row, sequence, payload FROM records WHERE state = 0 AND row > ? ORDER BY row LIMIT ?
"""
TAKE_OF = """
SELECT row, sequence, payload FROM records
WHERE state = 0 AND collection = ? AND document_id = ? AND row > ? ORDER BY row LIMIT ?
"""
# The same, with rows that wait again in memory alone (again.py), as JSON.
_WAITS = "(state = 0 OR (state = 1 AND row IN (SELECT value FROM json_each(?))))"
TAKE_AGAIN = f"SELECT row, sequence, payload FROM records WHERE {_WAITS} AND row > ? ORDER BY row LIMIT ?"  # noqa: S608
TAKE_AGAIN_OF = f"""
SELECT row, sequence, payload FROM records
WHERE {_WAITS} AND collection = ? AND document_id = ? AND row > ? ORDER BY row LIMIT ?
"""  # noqa: S608  put together from constants
DELIVERED_AFTER = "SELECT row FROM records WHERE state = 1 AND sequence > ? ORDER BY row"
MARK_DELIVERED = "UPDATE records SET state = 1 WHERE row = ? AND state = 0"

# A state that fails again replaces its older dead letter: a poisoned document counts once.
FORGET_OLDER_DEAD = """
DELETE FROM records WHERE state = 2 AND fact = 0 AND row < :row
AND (collection, document_id, slot) = (SELECT collection, document_id, slot FROM records WHERE row = :row)
"""
BURY = "UPDATE records SET state = 2 WHERE row = ?"
ADD_LETTER = "INSERT OR REPLACE INTO dead_letters (row, error, attempts, first_at) VALUES (?, ?, ?, ?)"
DROP_STRAY_LETTERS = "DELETE FROM dead_letters WHERE row NOT IN (SELECT row FROM records WHERE state = 2)"
DEAD = """
SELECT row, collection, document_id, slot, fact, error, attempts, first_at, length(payload)
FROM dead_letters JOIN records USING (row) ORDER BY row
"""
# A dead state that a newer one has followed must never be sent: it would put the document back.
_FOLLOWED = """
(records.history = 2 OR EXISTS (SELECT 1 FROM records AS newer WHERE newer.fact = 0 AND newer.row > records.row
AND newer.collection = records.collection AND newer.document_id = records.document_id AND newer.slot = records.slot))
"""
LAST_SEQUENCE = """
SELECT max(coalesce((SELECT sequence FROM records ORDER BY row DESC LIMIT 1), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM about WHERE name = 'sequence'), 0))
"""
# Before rows are dropped that may be the last ones: a sequence must not be given twice, over restarts neither.
KEEP_SEQUENCE = f"INSERT OR REPLACE INTO about SELECT 'sequence', ({LAST_SEQUENCE})"
# The relay takes rows in their order: what is sent again stands at the end, under the newest sequence.
SEND_AGAIN = f"""
INSERT INTO records (sequence, collection, document_id, slot, fact, history, queued_at, payload)
SELECT ({LAST_SEQUENCE}), collection, document_id, slot, fact, history, :now,
payload FROM records WHERE row = :row AND state = 2 AND (fact = 1 OR NOT {_FOLLOWED})
"""  # noqa: S608  put together from constants
DROP_DEAD = "DELETE FROM records WHERE row = :row AND state = 2"
DROP_DEAD_FACT_OR_FOLLOWED = f"{DROP_DEAD} AND (fact = 1 OR {_FOLLOWED})"
# The newest of a state is what the engine goes on from: discarded, it stays, and is not sent.
KEEP_UNSENT = "UPDATE records SET state = 1 WHERE row = :row AND state = 2"

REQUEUE = "UPDATE records SET state = 0 WHERE state = 1 AND sequence > ?"
NEWEST_STATES = """
SELECT row, collection, document_id, slot, payload FROM records INDEXED BY records_of_states
WHERE fact = 0 AND history = 0 ORDER BY row
"""
LAST_ROW = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'records'"
COUNT_DROPPABLE = "SELECT count(*) FROM records WHERE history = 1 AND state = 1 AND sequence <= ?"
COUNT_HISTORY = "SELECT count(*) FROM records WHERE history = 1"
DROP_OLDEST = """
DELETE FROM records WHERE row IN
(SELECT row FROM records WHERE history = 1 AND state = 1 AND sequence <= ? ORDER BY row LIMIT ?)
"""
DEPTH = "SELECT count(*) FROM records WHERE state = 0"
OLDEST = "SELECT queued_at FROM records WHERE state = 0 ORDER BY row LIMIT 1"
DEAD_LETTERS = "SELECT count(*) FROM dead_letters"

# Saving a damaged journal, and merging what was saved with what the store has.
SALVAGED = "salvaged"
SAVE = "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
DROP_SUPERSEDED = """
DELETE FROM records WHERE fact = 0 AND state <> 2 AND row NOT IN
(SELECT max(row) FROM records WHERE fact = 0 AND state <> 2 GROUP BY collection, document_id, slot)
"""
ADD_LOST_LETTERS = """
INSERT OR IGNORE INTO dead_letters (row, error, attempts, first_at)
SELECT row, ?, 0, ? FROM records WHERE state = 2
"""
# One behind a dead letter of its document stays: without it, the older dead one would be what the engine goes on from.
DROP_DELIVERED_STATES = """
DELETE FROM records WHERE fact = 0 AND history = 0 AND state <> 2 AND sequence <= ?
AND NOT EXISTS (SELECT 1 FROM records AS dead WHERE dead.fact = 0 AND dead.state = 2
AND dead.collection = records.collection AND dead.document_id = records.document_id AND dead.slot = records.slot)
"""
ADD_FROM_STORE = """
INSERT INTO records (sequence, collection, document_id, slot, fact, history, state, queued_at, payload)
SELECT :sequence, :collection, :document_id, :slot, 0, 0, 1, :now, :payload
WHERE NOT EXISTS (SELECT 1 FROM records WHERE fact = 0
AND collection = :collection AND document_id = :document_id AND slot = :slot)
"""
SET_ABOUT = "INSERT OR REPLACE INTO about VALUES (?, ?)"
FORGET_SALVAGE = "DELETE FROM about WHERE name = 'salvaged'"
