"""Compares what chatos-dump and tshark read of captures: frames, TCP streams, and the bytes of all TCP segments.

usage: compare_folder.py --dump PROGRAM [--tshark PROGRAM] [--jobs N] [--timeout SECONDS] [--list] FILE_OR_FOLDER...
Every file that begins like a capture (also gzip and zstd) is read once by each, equal files once, with all ports as those of
servers. Prints a table: how many captures agree, and of the others the sums by reason; --list names each of those. A reason is
a class that both programs show (cut frames, quotes in ICMP, tunnels, ...), in the order of REASONS: the first that applies.
Exit 0 if every difference has a reason, 1 if one has none, 2 usage.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys

MAGICS = tuple(bytes.fromhex(text) for text in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1", "0a0d0d0a",
                                                "1f8b08", "28b52ffd"))
FIELDS = ("frame.cap_len", "frame.len", "frame.protocols", "tcp.stream", "tcp.len")
IMPOSSIBLE = {"bad_tcp_header", "cut_tcp_header", "bad_ip_header", "cut_ip_header", "bad_tunnel_header", "cut_fragment",
              "incomplete_fragment", "overlapping_fragment", "bad_fragment", "cut_link_header", "too_many_headers"}

# What only one of the two reads, and why. Each is asked with the counts of chatos-dump and tshark.
REASONS = (
    ("tshark does not read the file, or not to its end", lambda dump, shark: shark["failed"]),
    ("records that are no frames, such as custom blocks", lambda dump, shark: dump["frames"] != shark["frames"]),
    ("cut frames: tshark counts what their headers announce", lambda dump, shark: shark["cut"] and dump["bytes"] < shark["bytes"]),
    ("segments quoted in ICMP: tshark numbers them as streams", lambda dump, shark: shark["quoted"]),
    ("link types and contents that the dump names, and does not read",
     lambda dump, shark: dump["named"] and any(dump[key] < shark[key] for key in ("streams", "bytes"))),
    ("impossible or cut headers: the dump skips the frame", lambda dump, shark: dump["skipped"] & IMPOSSIBLE),
    ("port 0: no server's", lambda dump, shark: "other_port" in dump["skipped"]),
    ("networks with the same addresses: the dump tells them apart",
     lambda dump, shark: dump["encapsulations"] and dump["streams"] > shark["streams"]),
    ("tunnels of which tshark counts less", lambda dump, shark: dump["encapsulations"] and dump["bytes"] > shark["bytes"]),
    ("lengths over 64 KiB: tshark 4.0 does not read them", lambda dump, shark: shark["streams"] == 0),
    ("which frames are one connection: tshark goes by handshakes, the dump by what was acknowledged",
     lambda dump, shark: dump["streams"] != shark["streams"]),
)


def captures_in(paths):
    """Files that begin like captures; of equal ones the first."""
    digests = set()
    for path in (file for name in paths for file in ([pathlib.Path(name)] if pathlib.Path(name).is_file()
                                                     else sorted(pathlib.Path(name).rglob("*")))):
        if not path.is_file():
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).digest()
        if content.startswith(MAGICS) and digest not in digests:
            digests.add(digest)
            yield path


def read_by_dump(options, path):
    done = subprocess.run([options.dump, "--json", "--port", "1-65535", str(path)], capture_output=True, check=False,
                          timeout=options.timeout)
    summary = json.loads(done.stdout.rstrip(b"\n").rpartition(b"\n")[2])
    sizes = summary["bytes"]
    return {"frames": summary["frames"], "streams": summary["streams"], "skipped": set(summary["skipped"]),
            "bytes": sizes["input"] + sizes["repeated"] + sizes["outside"] + sizes["after_end"],
            "encapsulations": summary.get("encapsulations", {}), "named": summary.get("other_content", {})}


def read_by_tshark(options, path):
    command = [options.tshark, "-n", "-r", str(path), "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields"]
    done = subprocess.run(command + [word for field in FIELDS for word in ("-e", field)], capture_output=True, check=False,
                          timeout=options.timeout)
    counts = {"frames": 0, "streams": 0, "bytes": 0, "cut": 0, "quoted": 0, "failed": done.returncode != 0}
    streams = set()
    for line in done.stdout.decode(errors="replace").splitlines():
        captured, length, protocols, stream, size = (line.split("\t") + [""] * len(FIELDS))[:len(FIELDS)]
        counts["frames"] += 1
        if not stream and not size:
            continue
        streams.update(stream.split(","))
        counts["bytes"] += sum(int(number) for number in size.split(",") if number)
        counts["cut"] += int(captured) < int(length)
        counts["quoted"] += "icmp" in protocols.partition(":tcp")[0]
    counts["streams"] = len(streams - {""})
    return counts


def compare(options, path):
    try:
        dump, shark = read_by_dump(options, path), read_by_tshark(options, path)
    except subprocess.TimeoutExpired:
        return path, None, None, "not read within the timeout"
    except (ValueError, KeyError) as error:
        return path, None, None, f"chatos-dump prints no summary: {error}"
    if all(dump[key] == shark[key] for key in ("frames", "streams", "bytes")):
        return path, dump, shark, None
    return path, dump, shark, next((name for name, applies in REASONS if applies(dump, shark)), "without a reason")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dump", required=True)
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--list", action="store_true", help="name each capture that differs")
    parser.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER")
    options = parser.parse_args()
    rows = collections.defaultdict(collections.Counter)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, dump, shark, reason in pool.map(lambda path: compare(options, path), captures_in(options.paths)):
            row = rows[reason or "the same"]
            row["captures"] += 1
            for prefix, counts in (("dump", dump), ("tshark", shark)):
                for key in ("frames", "streams", "bytes"):
                    row[prefix, key] += counts[key] if counts else 0
            if options.list and reason:
                print(f"{path}: {reason}", flush=True)
    columns = [(program, key) for key in ("frames", "streams", "bytes") for program in ("dump", "tshark")]
    print("| captures | " + " | ".join(f"{key}, {program}" for program, key in columns) + " | |")
    print("|" + "---:|" * (len(columns) + 1) + "---|")
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["captures"]):
        print("| " + " | ".join(f"{row[column]:,}" for column in ["captures", *columns]) + f" | {name} |")
    return 1 if any(name in rows for name in ("without a reason", "not read within the timeout")) or \
        any(name.startswith("chatos-dump") for name in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
