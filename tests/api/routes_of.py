"""Every route of an app with an address to call it at. Read from the url map, so that no route is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from engine.api.authentication import PUBLIC

# The last part of a route's collection, and the id of Asha's document there (world.furnish).
IDS = {
    "bots": "drift", "positions": "drift_INFY", "orders": "ORDER", "alerts": "ALERT", "accounts": "paper-demo",
    "dead-letters": "DEAD", "differences": "DIFF",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A method and an address; `owned` tells whether the address names a document of Asha's."""

    endpoint: str
    method: str
    path: str
    owned: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def targets(app: Flask) -> list[Target]:
    """Every route that needs a token."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        assert rule.arguments <= {"id", "broker"}, f"{rule}: tell routes_of what to put there"
        owned = "<string:id>" in rule.rule
        path = rule.rule.replace("<string:id>", IDS[rule.rule.split("/")[3]]) if owned else rule.rule
        path = path.replace("<string:broker>", "angelone")
        found += [
            Target(rule.endpoint, method, path, owned)
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        ]
    return found
