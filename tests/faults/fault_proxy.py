"""A TCP proxy that does to bytes what networks do: delay, swallow, cut, half-close, reset. Stands before the fake.

One asyncio loop on one thread. Faults are set from the test's thread and carried out on the loop's. A connection that a
fault has touched never heals: HTTP/2 would not survive the gap, so it is reset once the fault is over.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable

TO_STORE, TO_CALLER = "to store", "to caller"
_CHUNK = 65_536
_SETTLE_S = 60.0
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends RST, and forgets what was not sent


class FaultProxy:
    """`latency_s` delays every chunk, either way; `cuts` counts the connections that `cut_after` has ended."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self.latency_s = 0.0
        self.cuts = 0
        self._swallows = False
        self._left: dict[str, int] = {}
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy")
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(_SETTLE_S)
        self.host = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def blackhole(self) -> None:
        """From now on connections stay open and every byte is swallowed."""
        self._swallows = True

    def heal(self) -> None:
        """Pass bytes again, on new connections."""
        self._swallows = False
        self.reset()

    def reset(self) -> None:
        """Reset every connection there is."""
        self._on_loop(self._reset)

    def half_close(self, direction: str) -> None:
        """End one direction of every connection; the other goes on."""
        self._on_loop(lambda: self._half_close(direction))

    def cut_after(self, direction: str, count: int) -> None:
        """Let so many more bytes pass in a direction, then reset the connection that carried the last; once."""
        self._left[direction] = count

    def close(self) -> None:
        """End every connection, the loop and its thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_SETTLE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _on_loop(self, act: Callable[[], None]) -> None:
        async def acting() -> None:
            act()

        asyncio.run_coroutine_threadsafe(acting(), self._loop).result(_SETTLE_S)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _accept(self, reader: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        try:
            from_store, store = await asyncio.open_connection(*self._target)
        except OSError:
            _abort(caller)
            return
        pair = (caller, store)
        self._pairs.add(pair)
        pumps = {
            asyncio.create_task(self._pump(reader, store, TO_STORE, pair)),
            asyncio.create_task(self._pump(from_store, caller, TO_CALLER, pair)),
        }
        self._tasks |= pumps
        await asyncio.wait(pumps)
        self._tasks -= pumps
        self._drop(pair)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        direction: str,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        try:
            while chunk := await reader.read(_CHUNK):
                if self.latency_s:
                    await asyncio.sleep(self.latency_s)
                if self._swallows:
                    continue
                left = self._left.get(direction)
                if left is not None and len(chunk) >= left:
                    writer.write(chunk[:left])
                    await writer.drain()
                    del self._left[direction]
                    self.cuts += 1
                    self._drop(pair)
                    return
                if left is not None:
                    self._left[direction] = left - len(chunk)
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):  # RuntimeError: an end that was closed meanwhile
            self._drop(pair)

    def _drop(self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        self._pairs.discard(pair)
        for writer in pair:
            _abort(writer)

    def _reset(self) -> None:
        for pair in tuple(self._pairs):
            self._drop(pair)

    def _half_close(self, direction: str) -> None:
        for caller, store in tuple(self._pairs):
            (store if direction == TO_STORE else caller).write_eof()

    async def _end(self) -> None:
        self._server.close()
        self._reset()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(0)


def _abort(writer: asyncio.StreamWriter) -> None:
    if not writer.transport.is_closing():
        found: socket.socket = writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
