#!/usr/bin/python3
"""A server behind a network that delays each piece of what goes through it, in either direction, by 0 to N ms.

usage: slow_network.py --port PORT --delay-ms N [--seed N] -- SERVER ARGUMENTS...   (SERVER_PORT in them: one of its own)

For profiles: "command": ["python3", "slow_network.py", "--port", "{port}", ...]. Pieces of one direction stay in order;
each connection is delayed by itself, its beginning and its end as well. A reset of one side is a reset of the other.
"""

import argparse
import asyncio
import random
import socket
import struct
import sys


async def deliver(pieces, writer, closed):
    """Writes each piece when it is due; None is the end of input, False a reset."""
    loop = asyncio.get_running_loop()
    while True:
        due, piece = await pieces.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        try:
            if piece is False:
                # With nothing unread and no linger, closing sends a reset.
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                closed.set()
                return
            if piece is None:
                writer.write_eof()
                return
            writer.write(piece)
            await writer.drain()
        except OSError:
            return


async def relay(reader, writer, delay, closed):
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue(maxsize=64)
    writing = asyncio.ensure_future(deliver(pieces, writer, closed))
    due = 0.0
    while True:
        try:
            piece = await reader.read(65_536) or None
        except OSError:
            piece = False
        due = max(due, loop.time() + delay())
        await pieces.put((due, piece))
        if not piece:
            break
    await writing


async def serve(arguments):
    chance = random.Random(arguments.seed)

    def delay():
        return chance.uniform(0, arguments.delay_ms / 1000)

    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    server_port = probe.getsockname()[1]
    probe.close()
    command = [word.replace("SERVER_PORT", str(server_port)) for word in arguments.server]
    process = await asyncio.create_subprocess_exec(*command)

    async def connected(reader, writer):
        await asyncio.sleep(delay())
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server_port)
        except OSError:
            writer.transport.abort()
            return
        closed = asyncio.Event()
        await asyncio.gather(relay(reader, server_writer, delay, closed), relay(server_reader, writer, delay, closed))
        server_writer.close()
        writer.close()

    for _ in range(500):
        try:
            _, probe_writer = await asyncio.open_connection("127.0.0.1", server_port)
            probe_writer.close()
            break
        except OSError:
            await asyncio.sleep(0.01)
    listener = await asyncio.start_server(connected, "127.0.0.1", arguments.port)
    async with listener:
        await process.wait()
    return process.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay-ms", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("server", nargs="+")
    return asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
