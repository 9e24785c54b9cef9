"""A relay between a client and a TCP server that counts the bytes which pass, each way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

CHUNK = 1 << 16


@dataclass(slots=True)
class Relay:
    """Listens at `port` of this machine; `sent` and `received` are bytes, as the client sees them."""

    target: int
    port: int = 0
    sent: int = 0
    received: int = 0

    async def serve(self, is_ready: threading.Event) -> None:
        """Until it is cancelled."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        is_ready.set()
        await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError), closing(writer):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            with closing(back):
                await asyncio.gather(self._pass_on(reader, back, True), self._pass_on(there, writer, False))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_sent: bool) -> None:
        try:
            while data := await reader.read(CHUNK):
                self.sent += len(data) * is_sent
                self.received += len(data) * (not is_sent)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def _all_ended() -> None:
    """Ends what is still connected, also what is just being accepted, and waits until it is closed."""
    for _ in range(5):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)


@contextmanager
def relay_to(target: int) -> Iterator[Relay]:
    """A relay to a port of this machine, from a thread of its own."""
    relay, is_ready, loop = Relay(target), threading.Event(), asyncio.new_event_loop()
    task = loop.create_task(relay.serve(is_ready))

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(_all_ended())
        loop.close()

    thread = threading.Thread(target=run, name="relay")
    thread.start()
    is_ready.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
