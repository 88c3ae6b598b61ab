"""The shared library from Python: struct layouts, and every test vector.

usage: ctypes_test.py LIBRARY VECTORS_FOLDER LAYOUT_OF_C VERSION
"""
import ctypes
import json
import pathlib
import subprocess
import sys


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    def bytes(self):
        return ctypes.string_at(self.data, self.size) if self.size else b""


class Limits(ctypes.Structure):
    _fields_ = [("pseudo_bytes_max", ctypes.c_uint32), ("message_bytes_max", ctypes.c_uint32)]


class Packet(ctypes.Structure):
    _fields_ = [("opcode", ctypes.c_uint8), ("error_code", ctypes.c_uint8), ("pseudo", Text), ("message", Text)]


class Decoded(ctypes.Structure):
    _fields_ = [("packet", Packet), ("consumed", ctypes.c_size_t), ("need", ctypes.c_size_t), ("violation", ctypes.c_int),
                ("field", ctypes.c_int), ("error_offset", ctypes.c_size_t)]


class Encoded(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("violation", ctypes.c_int), ("field", ctypes.c_int)]


STATUSES = ["complete", "incomplete", "malformed"]


def load(path):
    library = ctypes.CDLL(path)
    for name in ("version", "packet_name", "violation_name", "violation_rule", "field_name"):
        getattr(library, "chatos_" + name).restype = ctypes.c_char_p
    library.chatos_decode.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Limits), ctypes.POINTER(Decoded)]
    library.chatos_encode.argtypes = [ctypes.POINTER(Packet), ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Limits),
                                      ctypes.POINTER(Encoded)]
    return library


def layout():
    numbers = []
    for struct in (Text, Limits, Packet, Decoded, Encoded):
        numbers += [ctypes.sizeof(struct)] + [getattr(struct, name).offset for name, _ in struct._fields_]
    return numbers


def reading(library, data, limits):
    """What the library makes of the bytes, in the words of the vectors; and what it writes of a packet."""
    decoded = Decoded()
    said = {"status": STATUSES[library.chatos_decode(data, len(data), limits, decoded)]}
    if said["status"] == "incomplete":
        return {**said, "need": decoded.need}
    if said["status"] == "malformed":
        words = {"violation": library.chatos_violation_name(decoded.violation),
                 "rule": library.chatos_violation_rule(decoded.violation), "field": library.chatos_field_name(decoded.field)}
        return {**said, **{key: word.decode() for key, word in words.items()}, "offset": decoded.error_offset}
    name = library.chatos_packet_name(decoded.packet.opcode).decode()
    fields = {}
    if name in ("CR", "RPM", "SPM", "PC"):
        fields["pseudo"] = decoded.packet.pseudo.bytes().decode()
    if name in ("SPM", "SMA"):
        fields["message"] = decoded.packet.message.bytes().decode()
    if name == "ERROR":
        fields["code"] = decoded.packet.error_code
    room, result = ctypes.create_string_buffer(decoded.consumed), Encoded()
    if library.chatos_encode(decoded.packet, room, decoded.consumed, limits, result) != 0 or room.raw != data[:decoded.consumed]:
        return {**said, "encoded": room.raw.hex()}
    return {**said, "packet": name, "fields": fields, "consumed": decoded.consumed}


def main():
    path, folder, layout_of_c, version = sys.argv[1:]
    library = load(path)
    in_c = [int(line) for line in subprocess.run([layout_of_c], capture_output=True, check=True).stdout.split()]
    problems = [] if layout() == in_c else [f"structs: {layout()} here, {in_c} in C"]
    if library.chatos_version().decode() != version:
        problems.append(f"version: {library.chatos_version()}, not {version}")
    count = 0
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        for vector in json.loads(file.read_text()).get("vectors", []):
            count += 1
            wanted = {key: value for key, value in vector.items() if key not in ("name", "bytes", "limits")}
            limits = Limits(**vector["limits"]) if "limits" in vector else None
            if (said := reading(library, bytes.fromhex(vector["bytes"]), limits)) != wanted:
                problems.append(f"{file.name} {vector['name']}: {said}, not {wanted}")
    print("\n".join(problems[:20] + [f"{count} vectors, {len(problems)} problems"]))
    sys.exit(0 if count > 800 and not problems else 1)


if __name__ == "__main__":
    main()
