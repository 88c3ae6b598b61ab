"""Clients of a soak: one that does as the protocol says, and the mix of what else connects to a server.

Each behaviour is a coroutine that takes a Place (where the server is, and the random) and ends by itself. What the server
owes an honest client is asserted; that a connection ends is never wrong here, since the limits of a soak are narrow.
"""

import asyncio
import random
import socket
import struct
import weakref

CR, RPM, SPM, SMA, PC, ERROR = range(1, 7)
OK, TAKEN, FULL, UNREACHABLE, REFUSED = 0, 1, 2, 4, 5
CODES = {OK, TAKEN, FULL, UNREACHABLE, REFUSED}
PATIENCE_S = 300  # ends a soak that has failed already
NAMES = [b"user%d" % i for i in range(40)]


def cr(pseudo):
    return bytes([CR]) + struct.pack(">H", len(pseudo)) + pseudo


def rpm(pseudo):
    return bytes([RPM]) + struct.pack(">H", len(pseudo)) + pseudo


def pc(pseudo):
    return bytes([PC]) + struct.pack(">H", len(pseudo)) + pseudo


def spm(pseudo, message):
    return bytes([SPM]) + struct.pack(">H", len(pseudo)) + pseudo + struct.pack(">I", len(message)) + message


def sma(message):
    return bytes([SMA]) + struct.pack(">I", len(message)) + message


def error(code):
    return bytes([ERROR, code])


class Place:
    def __init__(self, tcp, unix, seed):
        self.tcp = tcp
        self.unix = unix
        self.random = random.Random(seed)
        self.writers = weakref.WeakSet()

    def abandon_all(self):
        """Closes what clients that were cancelled had no time to close."""
        for writer in self.writers:
            writer.transport.abort()

    async def connect(self, small_buffer=False):
        reader, writer = await self.open(small_buffer)
        self.writers.add(writer)
        return reader, writer

    async def open(self, small_buffer):
        # Over a Unix socket all clients are one user of the system, over TCP they have addresses.
        if self.random.random() < 0.3:
            return await asyncio.open_unix_connection(self.unix)
        client = socket.socket()
        client.setblocking(False)
        client.bind((f"127.0.0.{self.random.randint(1, 8)}", 0))
        if small_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            await asyncio.get_running_loop().sock_connect(client, self.tcp)
            return await asyncio.open_connection(sock=client)
        except BaseException:
            client.close()
            raise

    def message(self):
        size = self.random.choice([0, 1, 10, 100, 1000, 20_000])
        return bytes(self.random.choice(b"abc ") for _ in range(min(size, 20))) * max(1, size // 20) if size else b""

    def name(self):
        return self.random.choice(NAMES)


class Ended(Exception):
    """The connection is over; how, a soak does not ask."""


class Client:
    """Answers what is delivered, as `manner` says, while its own requests wait for their answers."""

    def __init__(self, place, reader, writer, manner="polite"):
        self.place = place
        self.reader = reader
        self.writer = writer
        self.manner = manner
        self.answers = asyncio.Queue()
        self.has_ended = False  # its sending side is closed
        self.reading = asyncio.create_task(self.read())

    async def read(self):
        try:
            while True:
                await self.take((await self.reader.readexactly(1))[0])
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.answers.put_nowait(None)

    async def text(self, size_format):
        size = struct.unpack(size_format, await self.reader.readexactly(struct.calcsize(size_format)))[0]
        return await self.reader.readexactly(size)

    async def take(self, opcode):
        if opcode == ERROR:
            code = (await self.reader.readexactly(1))[0]
            assert code in CODES, f"an ERROR of code {code}"
            self.answers.put_nowait(code)
            return
        assert opcode in (SPM, PC), f"opcode {opcode} from the server"
        sender = await self.text(">H")
        assert sender.isalnum(), sender
        if opcode == SPM:
            await self.text(">I")
        if self.manner == "mute":
            return
        if opcode == PC and self.manner == "tunnel":
            self.send(error(OK))
            return
        self.send(error(self.place.random.choice([OK, OK, OK, REFUSED])))

    def send(self, data):
        if not self.has_ended:
            self.writer.write(data)

    async def answer(self):
        code = await asyncio.wait_for(self.answers.get(), PATIENCE_S)
        if code is None:
            raise Ended
        return code

    async def ask(self, request):
        self.send(request)
        return await self.answer()

    async def join(self, pseudo):
        code = await self.ask(cr(pseudo))
        assert code in (OK, TAKEN, FULL, REFUSED), code
        if code != OK:
            raise Ended

    async def leave(self):
        how = self.place.random.choice(["close", "reset", "half-close"])
        try:
            if how == "half-close" and not self.writer.is_closing():
                self.has_ended = True
                self.writer.write_eof()
                await asyncio.wait_for(asyncio.shield(self.reading), PATIENCE_S)  # the server ends it too (FLOW-8)
        finally:
            self.reading.cancel()
            await close(self.writer, how == "reset")
        await asyncio.wait([self.reading])
        if not self.reading.cancelled() and self.reading.exception():
            raise self.reading.exception()


async def close(writer, reset=False):
    raw = writer.get_extra_info("socket")
    if reset and raw is not None and raw.fileno() >= 0 and raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # A server that does not read this client any more would never take what is left to be written.
    if reset or writer.transport.get_write_buffer_size() > 0:
        writer.transport.abort()
    else:
        writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), PATIENCE_S)
    except OSError:
        pass


async def user(place, manner="polite"):
    client = Client(place, *await place.connect(), manner)
    try:
        await client.join(place.name())
    except BaseException:
        await client.leave()
        raise
    return client


async def conversation(place):
    client = await user(place)
    try:
        for _ in range(place.random.randint(1, 30)):
            other = place.name()
            match place.random.randint(0, 4):
                case 0:
                    assert await client.ask(rpm(other)) in (OK, UNREACHABLE, REFUSED)
                case 1 | 2:
                    if await client.ask(rpm(other)) == OK:
                        await client.ask(spm(other, place.message()))
                case 3:
                    await client.ask(sma(place.message()))
                case 4:
                    if await client.ask(pc(other)) == OK:
                        assert await client.answer() in (OK, UNREACHABLE, REFUSED)
    finally:
        await client.leave()


async def pipeline(place):
    client = await user(place)
    try:
        count = place.random.randint(1, 300)
        client.send(b"".join(place.random.choice([rpm(place.name()), sma(b"piped"), cr(b"again"), spm(b"nobody", b"")])
                          for _ in range(count)))
        for _ in range(count):
            await client.answer()
    finally:
        await client.leave()


async def byte_by_byte(place):
    client = await user(place)
    try:
        for byte in rpm(place.name()) + sma(b"slowly"):
            client.send(bytes([byte]))
            await asyncio.sleep(0)
        assert await client.answer() in (OK, UNREACHABLE, REFUSED)  # too slow for the server (ERR-4)
        await client.answer()
    finally:
        await client.leave()


async def mute(place):
    client = await user(place, "mute")
    try:
        await asyncio.sleep(place.random.random() * 2)
    finally:
        await client.leave()


async def late(place):
    client = await user(place, "mute")
    try:
        for _ in range(10):
            await asyncio.sleep(0.15)
            client.send(error(OK))
    finally:
        await client.leave()


async def never_reads(place):
    _, writer = await place.connect(small_buffer=True)
    writer.transport.pause_reading()
    try:
        writer.write(cr(place.name()))
        for _ in range(place.random.randint(1, 40)):
            writer.write(sma(place.message()) + rpm(place.name()) * 50 + error(OK) * place.random.randint(0, 3))
        await asyncio.sleep(place.random.random())
    finally:
        await close(writer, reset=place.random.random() < 0.7)


async def nonsense(place):
    reader, writer = await place.connect()
    try:
        known = b"" if place.random.random() < 0.5 else cr(place.name())
        writer.write(known + place.random.choice([
            place.random.randbytes(place.random.randint(1, 500)), bytes([CR, 0, 0]), bytes([SMA, 0xff, 0xff, 0xff, 0xff]),
            bytes([SPM, 0, 1, 0x61, 0x7f, 0xff, 0xff, 0xff]), cr(b"\xc0\x80"), bytes([ERROR, 3]), b"GET / HTTP/1.1\r\n\r\n"]))
        if place.random.random() < 0.5:
            await asyncio.wait_for(reader.read(), PATIENCE_S)  # refused, or out of time: it ends
    finally:
        await close(writer, place.random.random() < 0.5)


async def unfinished(place):
    reader, writer = await place.connect()
    try:
        packet = place.random.choice([cr(b"unfinished"), sma(b"x" * 5_000), b""])
        writer.write(packet[:place.random.randint(0, max(0, len(packet) - 1))])
        match place.random.choice(["wait", "end", "go"]):
            case "wait":
                await asyncio.wait_for(reader.read(), PATIENCE_S)  # ERR-4
            case "end":
                writer.write_eof()
                await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        await close(writer, place.random.random() < 0.5)


async def unasked_answers(place):
    client = await user(place)
    try:
        client.send(error(OK) * place.random.randint(1, 2_000))
        assert await client.ask(rpm(b"nobody")) in (UNREACHABLE, REFUSED)
    finally:
        await client.leave()


async def storm(place):
    async def touch():
        _, writer = await place.connect()
        await close(writer, place.random.random() < 0.5)
    await asyncio.gather(*(touch() for _ in range(20)))


async def tunnel_end(place, origin, own, other):
    # An end comes from the address that its user came from (TUN-3).
    raw = origin.writer.get_extra_info("socket")
    if raw.family == socket.AF_UNIX:
        reader, writer = await asyncio.open_unix_connection(place.unix)
    else:
        reader, writer = await asyncio.open_connection(*place.tcp, local_addr=(raw.getsockname()[0], 0))
    place.writers.add(writer)
    writer.write(pc(own) + pc(other))
    return reader, writer


async def carry(place, ends):
    for reader, _ in ends:
        if await asyncio.wait_for(reader.readexactly(2), PATIENCE_S) != error(OK):
            raise Ended
    data = place.random.randbytes(place.random.choice([1, 1_000, 300_000]))

    async def write(writer):
        writer.write(data)
        await writer.drain()
        writer.write_eof()

    async def read(reader):
        assert await reader.read(-1) == data, "a tunnel changed what went through"

    if place.random.random() < 0.3:  # broken off with bytes under way
        ends[0][1].write(data)
        return
    jobs = [job for reader, writer in ends for job in (read(reader), write(writer))]
    await asyncio.wait_for(asyncio.gather(*jobs), PATIENCE_S)


async def tunnel(place):
    names = [b"tunnel%d%s" % (place.random.randint(0, 999_999), side) for side in (b"a", b"b")]
    users, ends = [], []
    try:
        for name in names:
            users.append(Client(place, *await place.connect(), "tunnel"))
            await users[-1].join(name)
        if await users[0].ask(pc(names[1])) != OK or await users[0].answer() != OK:
            return
        for side in (0, 1):
            ends.append(await tunnel_end(place, users[side], names[side], names[1 - side]))
        await carry(place, ends)
    finally:
        for _, writer in ends:
            await close(writer, place.random.random() < 0.5)
        for client in users:
            await client.leave()


async def tunnel_nonsense(place):
    reader, writer = await place.connect()
    try:
        writer.write(pc(place.name()) + pc(place.name()) + place.random.randbytes(50))
        await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        await close(writer, place.random.random() < 0.5)


# What an honest client can meet: an end at any moment, since the limits are narrow.
ENDS = (Ended, OSError, asyncio.IncompleteReadError)

MIX = [(conversation, 12), (pipeline, 3), (byte_by_byte, 2), (mute, 2), (late, 2), (never_reads, 2), (nonsense, 3), (unfinished, 2),
       (unasked_answers, 1), (storm, 1), (tunnel, 4), (tunnel_nonsense, 1)]


async def keep_busy(place, counts, over):
    behaviours, weights = zip(*MIX)
    while not over.is_set():
        scenario = place.random.choices(behaviours, weights)[0]
        try:
            await scenario(place)
            counts[scenario.__name__] += 1
        except ENDS:
            await asyncio.sleep(0.001)  # a server that drains takes nobody
