"""The SDK's own parser of binary frames, in a process of its own. Fed frames as hex; prints what it makes of each."""

from __future__ import annotations

import json
import sys

from SmartApi.smartWebSocketV2 import SmartWebSocketV2


def main(frames: list[str]) -> list[dict[str, object]]:
    """One parsed frame each."""
    parser = SmartWebSocketV2("jwt", "key", "client", "feed")
    return [parser._parse_binary_data(bytes.fromhex(frame)) for frame in frames]


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))  # noqa: T201 - a test reads it
