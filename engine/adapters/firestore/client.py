"""How a process reaches Firestore: the emulator's channel or Google's. Called by bootstrap; gives a Wire.

Nothing is opened here: the channel comes up at the first call, so a process that forks before it is safe.
"""

from __future__ import annotations

import grpc

from engine.adapters.firestore.wire import GrpcWire

# A half-open connection is given up after 30 + 10 s, on the emulator too (the library leaves it out there), and a
# connection is sought again within 5 s of an outage's end: gRPC's own back-off grows to two minutes.
CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)

HOST = "firestore.googleapis.com"
SCOPES = ("https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/datastore")

# What lets a server past the emulator's rules; without it the emulator also spends four times the CPU.
_EMULATOR_OWNER = (("authorization", "Bearer owner"),)


def connect(project: str, emulator_host: str | None) -> GrpcWire:
    """A wire to the project's default database; `emulator_host` is "127.0.0.1:port", None for Google's.

    Credentials are the machine's own (application default); trouble with them shows at the first call.
    """
    if emulator_host is not None:
        host = emulator_host

        def open_emulator() -> grpc.Channel:
            # Each wire has a connection of its own: gRPC would share one between channels with equal arguments.
            return grpc.insecure_channel(host, options=(*CHANNEL_OPTIONS, ("grpc.use_local_subchannel_pool", 1)))

        return GrpcWire(project, open_emulator, _EMULATOR_OWNER)

    def open_google() -> grpc.Channel:
        """As Google's own client opens it. What knows credentials is loaded here: the emulator needs none of it."""
        from google.api_core.grpc_helpers import create_channel

        channel: grpc.Channel = create_channel(
            HOST, default_scopes=SCOPES, default_host=HOST, options=CHANNEL_OPTIONS
        )  # fmt: skip
        return channel

    return GrpcWire(project, open_google, ())
