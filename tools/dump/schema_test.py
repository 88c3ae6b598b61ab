"""What chatos-dump --json really prints fits dump-line.schema.json, and the schema refuses what it should.

Usage: schema_test.py PROGRAM SCHEMA
"""
import json
import subprocess
import sys

import jsonschema

PACKETS = [b"\x01\x00\x03bob", b"\x02\x00\x03bob", b"\x03\x00\x03bob\x00\x00\x00\x02hi", b"\x03\x00\x01\x1b\x00\x00\x00\x00",
           b"\x04\x00\x00\x00\x00", b"\x04\x00\x00\x00\x04\xf0\x9f\x90\x99", b"\x05\x00\x03bob"]
PACKETS += [bytes([6, code]) for code in (0, 1, 2, 4, 5)]
MALFORMED = [b"\x07rest", b"\x01\x80\x00", b"\x01\x00\x00", b"\x01\x7f\xff", b"\x01\x00\x01\xff", b"\x06\x03",
             b"\x03\x00\x01z\xff\xff\xff\xff", b"\x04\x7f\xff\xff\xff", b"\x04\x00\x00\x00\x02\xc0\x80"]


def dump(program, data, *options):
    """The program's lines for `data` as objects."""
    run = subprocess.run([program, "--raw", "--binary", "--json", *options], input=data, capture_output=True, check=True)
    return [json.loads(line) for line in run.stdout.decode("utf-8").splitlines()]


def main():
    program, schema_path = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    whole = b"".join(PACKETS)
    streams = [whole + tail for tail in MALFORMED] + [packet[:cut] for packet in PACKETS for cut in range(len(packet))]
    lines = []
    for stream in streams + [whole]:
        lines += dump(program, stream)
    lines += dump(program, whole, "--dir", "s2c")
    for line in lines:
        validator.validate(line)

    seen = {line.get("packet") or line.get("event") or line["type"] for line in lines}
    wanted = {"CR", "RPM", "SPM", "SMA", "PC", "ERROR", "malformed", "incomplete", "summary"}
    assert seen == wanted, f"not every kind of line was seen: {wanted - seen}"

    refused = 0
    for line in lines:
        for key in line:
            less = {name: value for name, value in line.items() if name != key}
            if key != "wrong_direction":
                assert not validator.is_valid(less), f"the schema accepts a line without {key}: {less}"
                refused += 1
        assert not validator.is_valid({**line, "surprise": 1}), f"the schema accepts an unknown key: {line}"
    print(f"{len(lines)} lines fit, {refused} changed ones are refused")


if __name__ == "__main__":
    main()
