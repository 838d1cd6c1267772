"""Watches Firestore for the first fill after a start. Fed by the Firestore emulator; feeds local/run."""

from datetime import UTC, datetime
from http.client import HTTPException

from local import http_json


class FirstFill:
    """Looks for the first document in `fills` that was written after `since`; `since` is aware, wall time."""

    def __init__(self, firestore_host: str, project: str, since: datetime) -> None:
        self._url = f"http://{firestore_host}/v1/projects/{project}/databases/(default)/documents:runQuery"
        stamp = since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        self._query = {
            "structuredQuery": {
                "from": [{"collectionId": "fills"}],
                "where": {
                    # `updated_at` is wall time; `filled_at` is the market's, which runs at its own pace.
                    "fieldFilter": {
                        "field": {"fieldPath": "updated_at"},
                        "op": "GREATER_THAN",
                        "value": {"timestampValue": stamp},
                    }
                },
                "orderBy": [{"field": {"fieldPath": "updated_at"}, "direction": "ASCENDING"}],
                "limit": 1,
            }
        }

    def written_at(self) -> datetime | None:
        """When Firestore took that fill, None while there is none or Firestore does not answer."""
        try:
            answers = http_json.call("POST", self._url, self._query, headers=http_json.OWNER, within_s=5)
        except (OSError, HTTPException):
            return None
        for answer in answers or ():
            if document := answer.get("document"):
                return datetime.fromisoformat(document["createTime"])
        return None
