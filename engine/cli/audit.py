"""`lockstep audit`: whether an account's audit log is as it was written, and the log as a file. Reads alone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cli.arguments import moment
from engine.cli.audit_file import Export, read_export, write_export
from engine.cli.progress import Progress
from engine.domain.errors import CannotStart, InvalidValue
from engine.domain.records.audit import AuditHead
from engine.ports import Documents, Fields
from engine.research.audit_check import AuditCheck, Finding, entry_in

PAGE = 200
EXAMPLE = """example:
  lockstep audit verify --account paper-demo
  lockstep audit export --account paper-demo --out audit.jsonl --from 2026-03-02T00:00+05:30
  lockstep audit verify --file audit.jsonl --json

Exit code 0 where the log is whole, 1 where something in it was changed, is missing, stands elsewhere or was added, 2
where it can't be read. What an export alone can't say is whether somebody made it anew from its first entry on: compare
its last hash with one that was noted elsewhere."""


def add_parser(subcommands: Any, open_documents: Callable[[], Documents]) -> None:
    """Declare the subcommand; `open_documents` reaches the store (bootstrap's, handed down by __main__)."""
    plain: dict[str, Any] = {"epilog": EXAMPLE, "formatter_class": argparse.RawDescriptionHelpFormatter}
    audit = subcommands.add_parser(
        "audit", help="an account's audit log: verified, exported", description=__doc__, **plain
    )
    deeds = audit.add_subparsers(metavar="DEED", required=True)
    words = "Check every entry of an account's audit log against its hash, its neighbours and the account's newest."
    verify = deeds.add_parser(
        "verify", help="find what was changed, is missing or was added", description=words, **plain
    )
    verify.add_argument("--account", metavar="A", help="the account's id; its log is read from the store")
    verify.add_argument("--file", type=Path, metavar="FILE", help="a file of `audit export` instead of the store")
    verify.add_argument("--json", action="store_true", help="print what was found as JSON")
    verify.set_defaults(run=lambda arguments: run_verify(arguments, open_documents))
    words = "Write an account's audit log to a file, an entry a line, oldest first; the first line says what it is of."
    export = deeds.add_parser("export", help="write it to a file", description=words, **plain)
    export.add_argument("--account", required=True, metavar="A", help="the account's id")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    export.add_argument("--from", dest="since", type=moment, metavar="TIME", help="entries from then on, with a zone")
    export.add_argument("--to", dest="until", type=moment, metavar="TIME", help="entries up to then, with a zone")
    export.set_defaults(run=lambda arguments: run_export(arguments, open_documents))


def run_verify(arguments: argparse.Namespace, open_documents: Callable[[], Documents]) -> int:
    """0 where the log is whole, 1 where it is not."""
    if arguments.file is not None:
        check = _of_file(arguments.file, arguments.account)
    elif arguments.account is not None:
        check = _of_store(open_documents(), arguments.account)
    else:
        raise InvalidValue("--account", "is needed, or --file: name the log to verify")
    found = check.end()
    print(json.dumps(_told(check, found), indent=1) if arguments.json else "\n".join(_page(check, found)))
    return 1 if found else 0


def run_export(arguments: argparse.Namespace, open_documents: Callable[[], Documents]) -> int:
    """0 once the file is written."""
    documents = open_documents()
    account = _account(documents, arguments.account)
    export = Export(arguments.account, _head(account), arguments.since, arguments.until)
    pages = _pages(documents, account, Progress("reading the log"))
    count = write_export(arguments.out, export, pages)
    print(f"{arguments.account}: {count} entr{'y' if count == 1 else 'ies'} written to {arguments.out}")
    return 0


def _of_store(documents: Documents, account_id: str) -> AuditCheck:
    account = _account(documents, account_id)
    check = AuditCheck(account_id, _head(account), newest_first=True)
    for page in _pages(documents, account, Progress("reading the log")):
        for row in page:
            try:
                entry = entry_in(row)
            except ValueError as error:
                number = row["number"] if isinstance(row["number"], int) else 0
                check.unreadable(number, f"its document {row['id']} {error}")
                continue
            if row["id"] != entry.hash:
                check.unreadable(entry.number, f"stands under {row['id']}, not under its hash")
            check.take(entry)
    return check


def _of_file(file: Path, account_id: str | None) -> AuditCheck:
    export, entries = read_export(file)
    if account_id not in (None, export.account_id):
        raise InvalidValue(f"{file}", f"is of {export.account_id}, not of {account_id}")
    check = AuditCheck(export.account_id, export.head, newest_first=False, first=export.first, last=export.last)
    progress = Progress("verifying")
    for entry in entries:
        check.take(entry)
        progress.advance(entry.number - export.first, export.last - export.first + 1)
    progress.end()
    return check


def _pages(documents: Documents, account: Fields, progress: Progress) -> Any:
    """The log's documents newest first, a page at a time."""
    where = {"user_id": account["user_id"], "account_id": account["id"]}
    head = _head(account)
    cursor, read = None, 0
    while True:
        page = documents.page("audit_log", where, "number", PAGE, cursor)
        yield page.items
        read, cursor = read + len(page.items), page.cursor
        progress.advance(read, max(read, 1 if head is None else head.number))
        if cursor is None:
            progress.end()
            return


def _account(documents: Documents, account_id: str) -> Fields:
    found = documents.get("accounts", account_id)
    if found is None:
        raise CannotStart(f"the store has no account {account_id!r}")
    return found


def _head(account: Fields) -> AuditHead | None:
    head = account.get("audit")
    return None if head is None else AuditHead(account["id"], int(head["number"]), str(head["hash"]))


def _page(check: AuditCheck, found: list[Finding]) -> list[str]:
    if check.lowest is None:
        head = f"{check.account_id}: no entries yet" if not found else f"{check.account_id}: no entries"
    else:
        head = f"{check.account_id}: {check.entries} entries read, {check.lowest} to {check.highest}"
    if not found and check.lowest is None:
        return [head]
    if not found:
        return [f"{head}: each is as it was written, and follows the one before it."]
    lines = [f"  entry {finding.number} {finding.words} ({finding.what})" for finding in found]
    return [head, *lines, f"{len(found)} finding{'' if len(found) == 1 else 's'}: the log is not as it was written."]


def _told(check: AuditCheck, found: list[Finding]) -> dict[str, Any]:
    return {
        "account_id": check.account_id,
        "entries": check.entries,
        "first": check.lowest,
        "last": check.highest,
        "head": None if check.head is None else {"number": check.head.number, "hash": check.head.hash},
        "whole": not found,
        "findings": [{"number": one.number, "what": one.what, "words": one.words} for one in found],
    }  # fmt: skip
