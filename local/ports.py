"""Which ports are free on this machine. Feeds local/firestore, auth, functions, run."""

import socket

from local.errors import PortTakenError

LOOPBACK = "127.0.0.1"
LOOK_AHEAD = 50


def any_free_port() -> int:
    """A port that nobody listens on just now, chosen by the system."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(count: int) -> list[int]:
    """So many different ports that nobody listens on just now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def is_free(port: int) -> bool:
    """Whether a server of ours could listen on this loopback port now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def next_free(wanted: int, but: int | None = None) -> int:
    """`wanted`, or the first free port after it, never `but`; failing that, any."""
    for port in range(wanted, min(wanted + LOOK_AHEAD, 65536)):
        if port != but and is_free(port):
            return port
    return any_free_port()


def demand(port: int) -> int:
    """Return `port`; raise PortTakenError, naming its holder where that can be known, when it is taken."""
    if is_free(port):
        return port
    raise PortTakenError(port, _holder(port), next_free(port + 1))


def _holder(port: int) -> str | None:
    """The name and id of the process that listens on `port`, None where the system does not say."""
    import psutil  # only needed to word an error, and not installed where only the service runs

    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None
    return None
