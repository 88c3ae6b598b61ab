"""Two readings of a capture in the same form: what tshark with the dissector saw, and what chatos-dump saw."""
import collections
import json
import os
import re
import subprocess
import xml.etree.ElementTree

Message = collections.namedtuple("Message", "packet pseudo message code wrong_direction frame")
# Of one direction of one connection: the ends, the number among the connections of these ends, and the direction.
Way = collections.namedtuple("Way", "client server number direction")


EXPERTS = ("chatos.wrong_direction", "chatos.after_malformed", "chatos.cut", "chatos.unframed", "chatos.resync")


UNREAD = re.compile(rb' *<field name="(?!tcp\.(?:srcport|dstport|stream)")(?:tcp|ip|ipv6|frame)\.(?!(?:src|dst)").*/>$')


class Reading:
    def __init__(self):
        self.messages = collections.defaultdict(list)  # by Way, in order
        self.violations = collections.defaultdict(list)
        self.experts = []  # of tshark: (frame, name)
        self.trees = []  # of tshark: (frame, what each field shows)
        self.events = collections.Counter()  # of chatos-dump, by name


class Numbering:
    """Numbers the connections of the same ends in the order in which they are seen."""

    def __init__(self):
        self.streams = collections.defaultdict(list)

    def way(self, source, destination, direction, stream):
        client, server = (source, destination) if direction == "c2s" else (destination, source)
        known = self.streams[(client, server)]
        if stream not in known:
            known.append(stream)
        return Way(client, server, known.index(stream), direction)


def environment():
    # No preferences, plugins or profiles of the user who runs the test.
    return {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


def run_tshark(dissector, capture, arguments):
    command = ["tshark", "-n", "-X", f"lua_script:{dissector}", "-r", str(capture), *arguments]
    ended = subprocess.run(command, capture_output=True, env=environment(), check=False)
    problems = [line for line in ended.stderr.decode(errors="replace").splitlines()
                if line and not line.startswith("Running as user")]
    # tshark exits with 0 when a dissector written in Lua fails; what it prints tells.
    if problems:
        raise AssertionError(f"{' '.join(command)}: {' / '.join(problems)}")
    return ended.stdout


def value_of(fields, name):
    return bytes.fromhex(fields[name].get("value", "")) if name in fields else None


def end_name(fields, side, port):
    if "ip." + side in fields:
        return f"{fields['ip.' + side].get('show')}:{port}"
    return f"[{fields['ipv6.' + side].get('show')}]:{port}"


def text_of(fields, part):
    if f"chatos.{part}" not in fields:
        return None
    exact = value_of(fields, f"chatos.{part}_bytes")
    return (exact or b"").decode()


def read_frame(element, numbering, reading):
    if any(field.get("show", "").startswith("Lua Error") for field in element.iter("field")):
        raise AssertionError("the dissector failed: " + xml.etree.ElementTree.tostring(element).decode())
    outer, packets = {}, []
    for proto in element.findall("proto"):
        fields = {field.get("name"): field for field in proto.iter("field")}
        if proto.get("name") == "chatos":
            packets.append(fields)
        else:
            outer.update(fields)
    if not packets:
        return
    frame = int(outer["num"].get("show"))
    ends = [end_name(outer, side, outer[f"tcp.{side}port"].get("show")) for side in ("src", "dst")]
    for fields in packets:
        reading.trees.append((frame, {name: field.get("show") for name, field in fields.items()}))
        reading.experts += [(frame, name) for name in fields if name in EXPERTS or name.startswith("chatos.malformed.")]
        if "chatos.direction" not in fields:
            continue
        way = numbering.way(*ends, fields["chatos.direction"].get("show"), outer["tcp.stream"].get("show"))
        if "chatos.violation" in fields:
            reading.violations[way].append(fields["chatos.violation"].get("show"))
        elif "chatos.length" in fields:
            code = int(fields["chatos.code"].get("show")) if "chatos.code" in fields else None
            reading.messages[way].append(Message(fields["chatos.packet"].get("show"), text_of(fields, "pseudo"),
                                                 text_of(fields, "message"), code, "chatos.wrong_direction" in fields,
                                                 frame))


def dissect(dissector, capture, arguments=()):
    """What tshark sees; `arguments` are more of its own."""
    reading, numbering = Reading(), Numbering()
    out = run_tshark(dissector, capture, ["-T", "pdml", "-J", "geninfo ip ipv6 tcp chatos", *arguments])
    # One element per line. Nobody looks at these, and they hold each segment in hex, once more when reassembled.
    lines = (line for line in out.splitlines() if not UNREAD.match(line))
    for element in xml.etree.ElementTree.fromstringlist(lines).findall("packet"):
        read_frame(element, numbering, reading)
    return reading


def infos(dissector, capture, arguments=()):
    """The Info column of each frame that has ChatOS in it, by the frame's number."""
    out = run_tshark(dissector, capture, ["-Y", "chatos", "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info",
                                          *arguments])
    pairs = [line.split("\t", 1) for line in out.decode().split("\n") if line]
    return {int(number): info for number, info in pairs}


def dump(program, capture, arguments=()):
    """What chatos-dump sees."""
    reading, numbering = Reading(), Numbering()
    ended = subprocess.run([program, "--json", *arguments, capture], capture_output=True, check=False)
    if ended.returncode not in (0, 3):
        raise AssertionError(f"{program} {capture}: {ended.stderr.decode()}")
    for line in map(json.loads, ended.stdout.decode().splitlines()):
        if line["type"] == "summary":
            continue
        if "src" not in line:
            reading.events[line["event"]] += 1  # of the capture as a whole
            continue
        way = numbering.way(line["src"], line["dst"], line["dir"], line["stream"])
        if line["type"] == "event":
            reading.events[line["event"]] += 1
            if line["event"] == "malformed":
                reading.violations[way].append(line["violation"])
            continue
        reading.messages[way].append(Message(line["packet"], line.get("pseudo"), line.get("message"), line.get("code"),
                                             "wrong_direction" in line, line["frame"]))
    return reading


def text(program, capture):
    """What chatos-dump prints for people."""
    return subprocess.run([program, capture], capture_output=True, check=True).stdout.decode()


def difference(wanted, dissected):
    """The first item of a way that differs, in words; None where both say the same."""
    for number in range(max(len(wanted), len(dissected))):
        first = wanted[number] if number < len(wanted) else None
        second = dissected[number] if number < len(dissected) else None
        if first != second:
            return f"number {number}: chatos-dump {first}, tshark {second}"
    return None
