"""A small ChatOS server: one file, Python's standard library, every rule that binds a server. An example for
chatos-conformance; the ids in the comments (PM-4) are those of `chatos-conformance rules`.

usage: server.py [--capacity N] [--answer-timeout-ms N] [--pc-timeout-ms N] [--login-timeout-ms N] PORT
"""

import argparse
import asyncio
import collections

CR, RPM, SPM, SMA, PC, ERROR = range(1, 7)
OK, TAKEN, FULL, UNREACHABLE, REFUSED = 0, 1, 2, 4, 5
PSEUDO_BYTES_MAX, MESSAGE_BYTES_MAX = 255, 65_536
PENDING_MAX = 1_024  # requests of one client; beyond it, the client is not read (FLOW-5)
TIMEOUTS_MAX = 8  # in a row; beyond it, the client is closed (FLOW-10)
OFFERS_MAX = 16  # undecided ones of one user (PC-8)
UNSENT_BYTES_MAX = 16 << 20  # for a client that does not read
DRAIN_SECONDS = 1  # input of a closed client is still read, since a reset would destroy what was sent last (ERR-5)


class Malformed(Exception):
    """The bytes are not a valid packet, so the start of the next one is unknown (ERR-1)."""


def read_string(buffer, at, size_bytes, smallest, largest):
    """The string whose size field is at `at`, and where it ends; None while it is incomplete. WIRE-6 to 9, 11 and 14."""
    if len(buffer) < at + size_bytes:
        return None
    size = int.from_bytes(buffer[at:at + size_bytes], "big")
    if not smallest <= size <= largest:
        raise Malformed
    start = at + size_bytes
    if len(buffer) < start + size:
        return None
    text = bytes(buffer[start:start + size])
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed from None
    return text, start + size


def read_packet(buffer):
    """((opcode, pseudo, message, code), bytes used), or None while the packet is not complete. WIRE-1 to 5, 12 and 13."""
    if not buffer:
        return None
    opcode, pseudo, message, at = buffer[0], b"", b"", 1
    if opcode not in (CR, RPM, SPM, SMA, PC, ERROR):
        raise Malformed
    if opcode == ERROR:
        if len(buffer) < 2:
            return None
        if buffer[1] not in (OK, TAKEN, FULL, UNREACHABLE, REFUSED):
            raise Malformed
        return (ERROR, b"", b"", buffer[1]), 2
    if opcode != SMA:
        field = read_string(buffer, at, 2, 1, PSEUDO_BYTES_MAX)
        if field is None:
            return None
        pseudo, at = field
    if opcode in (SPM, SMA):
        field = read_string(buffer, at, 4, 0, MESSAGE_BYTES_MAX)
        if field is None:
            return None
        message, at = field
    return (opcode, pseudo, message, None), at


def error(code):
    return bytes([ERROR, code])


def delivered_spm(sender, message):
    return b"".join([bytes([SPM]), len(sender).to_bytes(2, "big"), sender, len(message).to_bytes(4, "big"), message])


def delivered_pc(sender):
    return bytes([PC]) + len(sender).to_bytes(2, "big") + sender


class Request:
    """A client's request, in the order of its answers (FLOW-1)."""

    def __init__(self, client):
        self.client = client
        self.answers = []  # known, but not sent yet
        self.awaited = 1  # recipients that owe an answer
        self.worst = OK

    def recipient_says(self, code):
        self.worst = max(self.worst, code)  # ALL-5
        self.awaited -= 1
        if self.awaited == 0:
            self.answers.append(self.worst)
        self.client.send_answers()


class Delivery:
    """An SPM or PC that its recipient has to answer (FLOW-2)."""

    def __init__(self, request, is_offer, now):
        self.request, self.is_offer, self.sent_at = request, is_offer, now
        self.oldest_since = None  # when its timeout starts (FLOW-7)
        self.timed_out = False  # settled; only its place in the queue is left (FLOW-4)
        self.is_behind_offer = False  # its recipient has to decide an offer first (FLOW-10)


class Server:
    def __init__(self, limits):
        self.limits = limits
        self.users = {}  # pseudo to client


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, server):
        self.server, self.limits = server, server.limits
        self.loop = asyncio.get_running_loop()
        self.pseudo = None  # registered under this
        self.buffer = bytearray()  # pending input: the beginning of a packet
        self.requests = collections.deque()
        self.owed = collections.deque()  # deliveries, oldest first
        self.send_permissions = set()  # clients for which its RPM got OK (PM-5, PM-6, PM-10)
        self.timeouts_in_a_row = 0
        self.input_ended = self.closing = self.paused = False
        self.input_timer = self.owed_timer = self.drain_timer = None

    # Callbacks of asyncio.

    def connection_made(self, transport):
        self.transport = transport
        self.input_timer = self.loop.call_later(self.limits.login_timeout_ms / 1000, self.hang_up)  # ERR-4

    def data_received(self, data):
        if not self.closing:
            self.buffer += data
            self.read_packets()

    def eof_received(self):
        self.input_ended = True
        if self.closing:
            self.transport.close()
        else:
            self.end_session()  # FLOW-8: at once; answers that are due still come
            self.send_answers()
        return True

    def connection_lost(self, _reason):
        self.closing = True
        self.requests.clear()
        self.end_session()
        for timer in (self.input_timer, self.owed_timer, self.drain_timer):
            if timer:
                timer.cancel()

    def read_packets(self):
        used = 0
        was_user = self.pseudo is not None
        try:
            while not self.closing and not self.paused:
                result = read_packet(memoryview(self.buffer)[used:])
                if result is None:
                    break
                packet, size = result
                used += size
                self.handle(*packet)
        except Malformed:
            self.hang_up()  # ERR-2
        if self.closing:
            self.buffer.clear()
            return
        self.buffer = self.buffer[used:]
        self.watch_input(is_new=used != 0 or was_user != (self.pseudo is not None))

    def watch_input(self, is_new):
        """A user has to complete the packet that it has begun (ERR-4); an unregistered client has to register in time."""
        if self.pseudo is None:
            return
        if self.input_timer and (is_new or not self.buffer or self.paused):
            self.input_timer.cancel()
            self.input_timer = None
        if self.buffer and not self.paused and not self.input_timer:
            self.input_timer = self.loop.call_later(self.limits.login_timeout_ms / 1000, self.hang_up)

    # Output.

    def send(self, data):
        if not self.closing:
            self.transport.write(data)
            if self.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
                self.transport.abort()

    def send_answers(self):
        """Sends the answers that are known and next in order (FLOW-1)."""
        while self.requests:
            first = self.requests[0]
            for code in first.answers:
                self.send(error(code))
            first.answers.clear()
            if first.awaited:
                break
            self.requests.popleft()
        if self.paused and len(self.requests) < PENDING_MAX and not self.closing:
            self.paused = False
            self.transport.resume_reading()
            self.loop.call_soon(self.read_packets)
        if self.input_ended and not self.requests and not self.closing:
            self.close()

    def answer(self, *codes):
        request = Request(self)
        request.answers, request.awaited = list(codes), 0
        self.requests.append(request)
        self.send_answers()

    def hang_up(self):
        self.requests.clear()
        self.send(error(REFUSED))
        self.close()

    def close(self):
        """Sends everything first, then reads and discards input for a while (ERR-5)."""
        if self.closing:
            return
        self.closing = True
        self.end_session()
        if self.input_ended:
            self.transport.close()
        else:
            self.transport.write_eof()
            self.transport.resume_reading()
            self.drain_timer = self.loop.call_later(DRAIN_SECONDS, self.transport.abort)

    def end_session(self):
        """Frees the pseudo (CONN-6) and settles what this client owes (PM-7, PC-4, ALL-9)."""
        if self.pseudo is not None:
            del self.server.users[self.pseudo]
            self.pseudo = None
        owed, self.owed = self.owed, collections.deque()
        for delivery in owed:
            if not delivery.timed_out:
                delivery.request.recipient_says(UNREACHABLE)
        self.watch_owed()

    # Requests.

    def handle(self, opcode, pseudo, message, code):
        if opcode == ERROR:
            self.take_answer(code)
        elif opcode == CR:
            self.register(pseudo)
        elif self.pseudo is None:
            self.answer(REFUSED)  # CONN-8
        else:
            {RPM: self.ask, SPM: self.write, SMA: self.write_to_all, PC: self.offer}[opcode](pseudo, message)
        if len(self.requests) >= PENDING_MAX and not self.closing:
            self.paused = True
            self.transport.pause_reading()

    def register(self, pseudo):
        users = self.server.users
        if self.pseudo is not None:
            self.answer(TAKEN if pseudo in users else REFUSED)  # CONN-7
        elif len(users) >= self.limits.capacity:
            self.answer(FULL)  # CONN-4
            self.close()
        elif pseudo in users:
            self.answer(TAKEN)  # CONN-2
        else:
            users[pseudo] = self
            self.pseudo = pseudo
            self.answer(OK)  # CONN-1

    def ask(self, pseudo, _message):
        recipient = self.server.users.get(pseudo)
        if recipient is None:
            self.answer(UNREACHABLE)  # PM-2
        else:
            self.send_permissions = {user for user in self.send_permissions if user.pseudo is not None} | {recipient}
            self.answer(OK)  # PM-1

    def write(self, pseudo, message):
        recipient = self.server.users.get(pseudo)
        if recipient is None:
            self.answer(UNREACHABLE)
        elif recipient not in self.send_permissions:
            self.answer(REFUSED)  # PM-5
        else:
            request = Request(self)
            self.requests.append(request)
            recipient.deliver(Delivery(request, False, self.loop.time()), delivered_spm(self.pseudo, message))  # PM-3

    def write_to_all(self, _pseudo, message):
        recipients = [user for user in self.server.users.values() if user is not self]  # ALL-1, ALL-2
        if not recipients:
            self.answer(OK)  # ALL-6
            return
        request = Request(self)
        request.awaited = len(recipients)  # ALL-3
        self.requests.append(request)
        packet = delivered_spm(self.pseudo, message)
        for recipient in recipients:
            recipient.deliver(Delivery(request, False, self.loop.time()), packet)

    def offer(self, pseudo, _message):
        peer = self.server.users.get(pseudo)
        if peer is None:
            self.answer(UNREACHABLE)  # PC-2
        elif peer is self or peer.has_offer() or self.offers_undecided() >= OFFERS_MAX:
            self.answer(REFUSED)  # PC-6, PC-7, PC-8
        else:
            request = Request(self)
            request.answers.append(OK)  # PC-1
            self.requests.append(request)
            self.send_answers()
            peer.deliver(Delivery(request, True, self.loop.time()), delivered_pc(self.pseudo))

    # Deliveries.

    def has_offer(self):
        return any(delivery.is_offer and not delivery.timed_out for delivery in self.owed)

    def offers_undecided(self):
        return sum(delivery.is_offer and not delivery.timed_out and delivery.request.client is self
                   for user in self.server.users.values() for delivery in user.owed)

    def deliver(self, delivery, packet):
        delivery.is_behind_offer = self.has_offer()
        self.owed.append(delivery)
        self.send(packet)
        self.watch_owed()

    def take_answer(self, code):
        if not self.owed:
            return  # FLOW-3
        delivery = self.owed.popleft()  # FLOW-2
        if not delivery.timed_out:
            self.timeouts_in_a_row = 0
            delivery.request.recipient_says(code)  # PM-4, PC-3
        self.watch_owed()

    def watch_owed(self):
        """The oldest delivery that is neither answered nor timed out has a timeout (PM-8, PC-5, FLOW-7)."""
        if self.owed_timer:
            self.owed_timer.cancel()
            self.owed_timer = None
        oldest = next((delivery for delivery in self.owed if not delivery.timed_out), None)
        if oldest is not None:
            if oldest.oldest_since is None:
                oldest.oldest_since = self.loop.time()
            answer, decision = self.limits.answer_timeout_ms / 1000, self.limits.pc_timeout_ms / 1000
            until = min(oldest.oldest_since + (decision if oldest.is_offer else answer), oldest.sent_at + decision + answer)
            self.owed_timer = self.loop.call_at(until, self.time_out, oldest)

    def time_out(self, oldest):
        oldest.timed_out = True
        self.timeouts_in_a_row += not oldest.is_behind_offer
        oldest.request.recipient_says(UNREACHABLE)
        self.watch_owed()
        if self.timeouts_in_a_row >= TIMEOUTS_MAX:
            self.hang_up()


async def serve(limits):
    server = Server(limits)
    listener = await asyncio.get_running_loop().create_server(lambda: Client(server), "127.0.0.1", limits.port, backlog=1024)
    print(f"listening on 127.0.0.1:{listener.sockets[0].getsockname()[1]}", flush=True)
    await listener.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("port", type=int, metavar="PORT")
    parser.add_argument("--capacity", type=int, default=10_000)
    parser.add_argument("--answer-timeout-ms", type=int, default=5_000)
    parser.add_argument("--pc-timeout-ms", type=int, default=30_000)
    parser.add_argument("--login-timeout-ms", type=int, default=10_000)
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
