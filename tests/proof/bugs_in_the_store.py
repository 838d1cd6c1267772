"""Bugs in who has the account and in what reaches the store. Listed in bugs.py."""

from __future__ import annotations

from tests.proof.planted import Bug

IN_THE_STORE = (
    Bug(
        "a lease that another holds is taken",
        "adapters/firestore/lease.py",
        "                if left_s > 0:\n",
        "                if left_s > 1e9:\n",
    ),
    Bug(
        "the epoch is forgotten: a fenced engine writes on",
        "adapters/firestore/fence.py",
        '        if (now["epoch"], now["instance"]) != (held.epoch, held.instance):\n',
        "        if False:\n",
    ),
    Bug(
        "a lease near its end still sends entries",
        "runtime/last_word.py",
        "        if not self._sure:\n            return \"this engine's lease",
        "        if False:\n            return \"this engine's lease",
    ),
    Bug(
        "a journal that another engine has overtaken is gone on from",
        "bootstrap/recovering.py",
        "        known = known_epoch(journal.newest_states())\n",
        "        known = None\n",
    ),
    Bug(
        "a record counts as delivered when the store gives no answer",
        "outbox/relay.py",
        "            self._backlog.give_back(batch)\n",
        "            self._journal.mark_delivered([item.row for item in batch])\n",
    ),
    Bug(
        "a fence lets a commit through that came too late",
        "adapters/firestore/fence.py",
        "        fill_verify(request.writes[0], self.name(held.account.account_id), held.update_time)\n",
        "        del request.writes[0]\n",
    ),
    Bug(
        "a lease is believed for twice its time",
        "adapters/firestore/lease.py",
        "written_at + self._lifetime_s - self._clock",
        "written_at + 2 * self._lifetime_s - self._clock",
    ),
)
