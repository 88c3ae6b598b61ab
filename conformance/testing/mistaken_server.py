"""The example server with one mistake, of a kind that people make: what a run should name first.

usage: mistaken_server.py MISTAKE [ARGUMENTS OF server.py...]
"""

import importlib.util
import pathlib
import sys

EXAMPLE = pathlib.Path(__file__).parent.parent / "example" / "server.py"
spec = importlib.util.spec_from_file_location("example_server", EXAMPLE)
server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(server)
Client = server.Client


def with_sizes(size_bytes_of_pseudo, order, length):
    """Reads and writes strings in another way: so wide, in that order, counted by `length` of the text."""
    def read_string(buffer, at, size_bytes, smallest, largest):
        size_bytes = size_bytes_of_pseudo if size_bytes == 2 else size_bytes
        if len(buffer) < at + size_bytes:
            return None
        size = int.from_bytes(buffer[at:at + size_bytes], order)
        if not smallest <= size <= largest:
            raise server.Malformed
        start = end = at + size_bytes
        while length(bytes(buffer[start:end]).decode("utf-8", "ignore")) < size:
            end += 1
            if end > len(buffer):
                return None
        return bytes(buffer[start:end]), end

    def string(text, size_bytes):
        return length(text.decode()).to_bytes(size_bytes, order) + text

    server.read_string = read_string
    server.delivered_spm = lambda sender, message: bytes([server.SPM]) + string(sender, size_bytes_of_pseudo) + string(message, 4)
    server.delivered_pc = lambda sender: bytes([server.PC]) + string(sender, size_bytes_of_pseudo)


def bytes_of(text):
    return len(text.encode())


def opcodes_from_zero():
    read_packet, send = server.read_packet, Client.send

    def read(buffer):
        return read_packet(bytes([buffer[0] + 1]) + bytes(buffer[1:])) if buffer else None

    server.read_packet = read
    Client.send = lambda self, data: send(self, bytes([data[0] - 1]) + data[1:])


def codes_in_a_row():
    """Counts the codes of the table without its gap."""
    server.UNREACHABLE, server.REFUSED = 3, 4


def echo():
    def write_to_all(self, _pseudo, message):
        request = server.Request(self)
        users = list(self.server.users.values())
        request.awaited = len(users)
        self.requests.append(request)
        for user in users:
            user.deliver(server.Delivery(request, False, self.loop.time()), server.delivered_spm(self.pseudo, message))
    Client.write_to_all = write_to_all


def answers_at_once(then_again):
    def write(self, pseudo, message):
        recipient = self.server.users.get(pseudo)
        if recipient is None or recipient not in self.send_permissions:
            self.answer(server.UNREACHABLE if recipient is None else server.REFUSED)
            return
        request = server.Request(self)
        request.answers.append(server.OK)
        self.requests.append(request)
        self.send_answers()
        if not then_again:
            self.requests.remove(request)
        recipient.deliver(server.Delivery(request, False, self.loop.time()), server.delivered_spm(self.pseudo, message))
    Client.write = write


def answers_registration_twice():
    register = Client.register

    def register_twice(self, pseudo):
        register(self, pseudo)
        if self.pseudo == pseudo:
            self.answer(server.OK)
    Client.register = register_twice


def one_packet_per_read():
    def data_received(self, data):
        try:
            result = server.read_packet(data)
        except server.Malformed:
            self.hang_up()
            return
        if result and not self.closing:
            self.handle(*result[0])
            self.watch_input(is_new=True)
    Client.data_received = data_received


def keeps_pseudos(when_reset_only):
    end_session = Client.end_session

    def end(self):
        pseudo, users = self.pseudo, self.server.users
        end_session(self)
        if pseudo is not None and not (when_reset_only and self.input_ended):
            users[pseudo] = self
    Client.end_session = end


def waits_with_everybody():
    """One thread: while a recipient has not answered, nobody else is read."""
    handle, packets = Client.handle, []

    def wait(self, opcode, pseudo, message, code):
        blocked = [client for client in self.server.users.values() if any(not owed.timed_out for owed in client.owed)]
        if blocked and not (self in blocked and opcode == server.ERROR):
            packets.append((self, opcode, pseudo, message, code))
            return
        handle(self, opcode, pseudo, message, code)
        while packets and not any(any(not owed.timed_out for owed in client.owed) for client in self.server.users.values()):
            client, *packet = packets.pop(0)
            if not client.closing:
                handle(client, *packet)
    Client.handle = wait


def writes_under_a_lock():
    """While one client does not take what is sent to it, nobody is served."""
    read_packets = Client.read_packets

    def read(self):
        full = any(user.transport.get_write_buffer_size() > 65_536 for user in self.server.users.values() if not user.closing)
        if full:
            self.loop.call_later(0.01, self.read_packets)
        else:
            read_packets(self)
    Client.read_packets = read


def handler_dies():
    """What a client sends wrongly ends its handler with an exception: its socket closes, the user stays."""
    def hang_up(self):
        self.closing = True
        self.transport.close()
    Client.hang_up = hang_up
    lost = Client.connection_lost

    def connection_lost(self, reason):
        if not self.closing:
            lost(self, reason)
    Client.connection_lost = connection_lost


def trims_texts():
    """As one does with the lines of a console."""
    read_string = server.read_string

    def read(buffer, at, size_bytes, smallest, largest):
        field = read_string(buffer, at, size_bytes, smallest, largest)
        return field and (field[0].strip() or field[0], field[1])
    server.read_string = read


def permissions_of_names():
    """A dictionary of names that outlives who had them."""
    names = set()
    ask, write = Client.ask, Client.write

    def ask_by_name(self, pseudo, message):
        ask(self, pseudo, message)
        if pseudo in self.server.users:
            names.add((self.pseudo, pseudo))

    def write_by_name(self, pseudo, message):
        if (self.pseudo, pseudo) in names and pseudo in self.server.users:
            self.send_permissions.add(self.server.users[pseudo])
        write(self, pseudo, message)
    Client.ask, Client.write = ask_by_name, write_by_name


def newest_first():
    """A stack where a queue should be: an answer belongs to the newest delivery."""
    def take_answer(self, code):
        if self.owed:
            delivery = self.owed.pop()
            if not delivery.timed_out:
                delivery.request.recipient_says(code)
            self.watch_owed()
    Client.take_answer = take_answer


def first_answer_counts():
    """A message to everybody is answered as soon as anybody has."""
    def recipient_says(self, code):
        self.awaited -= 1
        if not getattr(self, "is_answered", False):
            self.is_answered = True
            self.answers.append(code)
            self.awaited = 0
        self.client.send_answers()
    server.Request.recipient_says = recipient_says


def end_of_input_aborts():
    """recv() gave 0: close the socket, whatever is still to be sent."""
    def eof_received(self):
        self.transport.abort()
        return True
    Client.eof_received = eof_received


def always_ok():
    """What the recipient answered is not passed on, only that it did."""
    recipient_says = server.Request.recipient_says
    server.Request.recipient_says = lambda self, code: recipient_says(self, server.OK)


def loses_slots():
    """Who leaves in the middle of a packet is never counted out."""
    register, connection_lost = Client.register, Client.connection_lost
    lost = []

    def register_if_room(self, pseudo):
        free = 12 - len(lost)
        if len(self.server.users) >= free:
            self.answer(server.FULL)
            self.close()
            return
        register(self, pseudo)

    def lose(self, reason):
        if self.buffer:
            lost.append(self)
        connection_lost(self, reason)
    Client.register, Client.connection_lost = register_if_room, lose


MISTAKES = {
    "little-endian": lambda: with_sizes(2, "little", bytes_of),
    "sizes-in-characters": lambda: with_sizes(2, "big", len),
    "four-byte-sizes": lambda: with_sizes(4, "big", bytes_of),
    "opcodes-from-zero": opcodes_from_zero,
    "codes-in-a-row": codes_in_a_row,
    "echo": echo,
    "answers-at-once": lambda: answers_at_once(then_again=False),
    "answers-twice": lambda: answers_at_once(then_again=True),
    "answers-registration-twice": answers_registration_twice,
    "one-packet-per-read": one_packet_per_read,
    "keeps-pseudos": lambda: keeps_pseudos(when_reset_only=False),
    "keeps-pseudos-after-reset": lambda: keeps_pseudos(when_reset_only=True),
    "waits-with-everybody": waits_with_everybody,
    "writes-under-a-lock": writes_under_a_lock,
    "handler-dies": handler_dies,
    "trims-texts": trims_texts,
    "permissions-of-names": permissions_of_names,
    "newest-first": newest_first,
    "first-answer-counts": first_answer_counts,
    "end-of-input-aborts": end_of_input_aborts,
    "always-ok": always_ok,
    "loses-slots": loses_slots,
}

if __name__ == "__main__":
    MISTAKES[sys.argv.pop(1)]()
    server.main()
