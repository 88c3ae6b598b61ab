"""Captures of ChatOS conversations, byte by byte, for the dissector's tests."""
import random
import struct

CLIENT = bytes([10, 0, 0, 1])
SERVER = bytes([10, 0, 0, 2])
SYN, ACK, FIN = 0x02, 0x10, 0x01
ETHERNET_IPV4 = bytes(12) + b"\x08\x00"


def text_part(text, size_format):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(size_format, len(data)) + data


def cr(pseudo):
    return b"\x01" + text_part(pseudo, ">H")


def rpm(pseudo):
    return b"\x02" + text_part(pseudo, ">H")


def spm(pseudo, message):
    return b"\x03" + text_part(pseudo, ">H") + text_part(message, ">I")


def sma(message):
    return b"\x04" + text_part(message, ">I")


def pc(pseudo):
    return b"\x05" + text_part(pseudo, ">H")


def error(code):
    return bytes([6, code])


def tcp(source_port, destination_port, sequence, acknowledgement, flags, payload):
    return struct.pack(">HHIIBBHHH", source_port, destination_port, sequence & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF,
                       0x50, flags, 65535, 0, 0) + payload


def ipv4(source, destination, payload):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, 6, 0) + source + destination + payload


def ipv6(source, destination, payload):
    wide = bytes([0x20, 1, 0x0D, 0xB8]) + bytes(8)
    return struct.pack(">IHBB", 0x60000000, len(payload), 6, 64) + wide + source + wide + destination + payload


class Connection:
    """One client's TCP connection; gives out IP packets."""

    def __init__(self, client_port=40000, server_port=7777, network=ipv4):
        self.ports = (client_port, server_port)
        self.network = network
        self.sent = {True: 0xFFFFFF00 + client_port & 0xFFFFFFFF, False: client_port}

    def segment(self, from_client, payload=b"", flags=ACK):
        ends, ports = (CLIENT, SERVER), self.ports
        if not from_client:
            ends, ports = ends[::-1], ports[::-1]
        packet = self.network(*ends, tcp(*ports, self.sent[from_client], self.sent[not from_client], flags, payload))
        self.sent[from_client] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        return packet

    def handshake(self):
        return [self.segment(True, flags=SYN), self.segment(False, flags=SYN | ACK), self.segment(True)]

    def one_way(self, payload, cut, from_client=True):
        """The segments of a handshake and of `payload`, which `cut` splits."""
        return self.handshake() + [self.segment(from_client, piece) for piece in cut(payload)]


def in_pieces(size):
    return lambda data: [data[at:at + size] for at in range(0, len(data), size)]


def at_random(source, largest):
    def cut(data):
        pieces = []
        while data:
            size = source.randint(1, largest)
            pieces.append(data[:size])
            data = data[size:]
        return pieces
    return cut


def pcap(frames, link_type=1):
    """The bytes of a capture of these frames, a millisecond apart."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)]
    for number, frame in enumerate(frames):
        parts.append(struct.pack("<IIII", 1_700_000_000 + number // 1000, number % 1000 * 1000, len(frame), len(frame)))
        parts.append(frame)
    return b"".join(parts)


def ethernet(packets):
    return pcap([bytes(12) + (b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00") + packet for packet in packets])


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def link_types(conversation):
    """A pcapng file with every link type that chatos-dump reads; each has a conversation of its own, of IPv4 packets."""
    cooked = struct.pack(">HHH8xH", 0, 1, 6, 0x0800)
    headers = [(1, ETHERNET_IPV4), (1, bytes(12) + bytes.fromhex("8100000a0800")),
               (1, bytes(12) + bytes.fromhex("88a8000a810000140800")), (0, struct.pack("<I", 2)),
               (0, struct.pack(">I", 2)), (108, struct.pack(">I", 2)), (101, b""), (12, b""), (228, b""), (113, cooked),
               (276, struct.pack(">H18x", 0x0800))]
    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    parts += [block(1, struct.pack("<HHI", kind, 0, 0)) for kind, _ in headers]
    for number, (_, header) in enumerate(headers):
        for packet in conversation(Connection(40000 + number)):
            size = len(header + packet)
            parts.append(block(6, struct.pack("<IIIII", number, 0, 0, size, size) + header + packet))
    return b"".join(parts), len(headers)


def some_text(source, most):
    alphabet = "abc XYZ\u00e9\u20ac\U0001f600\n\t\x1b\x00\u202e\\\""
    return "".join(source.choice(alphabet) for _ in range(source.randint(0, most)))


def some_packet(source, from_client):
    name = some_text(source, 12) or "x"
    choices = [lambda: spm(name, some_text(source, 60)), lambda: pc(name), lambda: error(source.choice([0, 1, 2, 4, 5]))]
    if from_client:
        choices += [lambda: cr(name), lambda: rpm(name), lambda: sma(some_text(source, 200))]
    return source.choice(choices)()


def random_conversations(seed, connections, packets_each):
    """Many connections at once, both ways, each cut at random places; the segments of all are mixed."""
    source = random.Random(seed)
    queues = []
    for number, largest_segment in enumerate(connections):
        connection = Connection(40000 + number, network=ipv6 if number % 4 == 3 else ipv4)
        segments = connection.handshake()
        ways = []
        for from_client in (True, False):
            data = b"".join(some_packet(source, from_client) for _ in range(packets_each))
            ways.append([(from_client, piece) for piece in at_random(source, largest_segment)(data)])
        while any(ways):
            way = source.choice([variant for variant in ways if variant])
            segments.append(connection.segment(*way.pop(0)))
        queues.append(segments)
    mixed = []
    while queues:
        queue = source.choice(queues)
        mixed.append(queue.pop(0))
        if not queue:
            queues.remove(queue)
    return ethernet(mixed)
