"""Writes the test vectors as C tables. usage: write_vector_table.py VECTORS_FOLDER OUTPUT"""
import json
import pathlib
import sys

STATUSES = {"complete": "CHATOS_COMPLETE", "incomplete": "CHATOS_INCOMPLETE", "malformed": "CHATOS_MALFORMED"}


class Table:
    def __init__(self):
        self.arrays, self.rows = [], []

    def array(self, data):
        """The bytes as an array; returns its name and size. C has no empty arrays."""
        name = f"bytes_{len(self.arrays)}"
        self.arrays.append(f"static const unsigned char {name}[] = {{{','.join(map(str, data)) or '0'}}};")
        return f"{name}, {len(data)}"

    def add(self, file, vector):
        fields = vector.get("fields", {})
        limits = vector.get("limits", {})
        self.rows.append("    {{{}}},".format(", ".join([
            f'"{file}: {vector["name"]}"',
            self.array(bytes.fromhex(vector["bytes"])),
            f'{limits.get("pseudo_bytes_max", 255)}u, {limits.get("message_bytes_max", 65536)}u',
            STATUSES[vector["status"]],
            str(vector.get("consumed", 0)), str(vector.get("need", 0)), str(vector.get("offset", 0)),
            f'"{vector.get("violation", "none")}"', f'"{vector.get("rule", "")}"', f'"{vector.get("field", "opcode")}"',
            f'"{vector.get("packet", "")}"', str(fields.get("code", 0)),
            self.array(fields.get("pseudo", "").encode()), self.array(fields.get("message", "").encode())])))

    def text(self):
        return "\n".join([*self.arrays, "static const struct vector vectors[] = {", *self.rows, "};", ""])


def main():
    folder, output = map(pathlib.Path, sys.argv[1:])
    table = Table()
    for path in sorted(folder.glob("*.json")):
        for vector in json.loads(path.read_text()).get("vectors", []):
            table.add(path.stem, vector)
    output.write_text(table.text())


if __name__ == "__main__":
    main()
