"""Runs codec_bench and prints how the codec compares with its yardsticks, as medians of repetitions that are mixed
with each other, so that a slow moment of the machine hits all alike.

usage: ratios.py CODEC_BENCH [REPETITIONS]
"""

import json
import re
import subprocess
import sys

# ours, yardstick, ratio of items per second that is wanted
WANTED = [
    ("decode/spm/ascii/16", "naive/spm/ascii/16", 6),
    ("decode/spm/mixed/16", "naive/spm/mixed/16", 2),
    ("decode/spm/mixed/64", "naive/spm/mixed/64", 2),
    ("decode/spm/mixed/16384", "utf8/mixed/16384", 0.95),
    ("decode/spm/ascii/16", "protobuf/spm/ascii/16", 15),
    ("decode/spm/mixed/16", "protobuf/spm/mixed/16", 4),
    ("decode/spm/mixed/16384", "protobuf/spm/mixed/16384", 20),
]


def medians(program, repetitions):
    command = [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}", "--benchmark_min_time=0.05",
               "--benchmark_enable_random_interleaving=true", "--benchmark_report_aggregates_only=true"]
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    figures = {}
    for entry in json.loads(finished.stdout)["benchmarks"]:
        if entry.get("aggregate_name") == "median":
            figures[re.sub("_median$", "", entry["name"])] = (entry["items_per_second"], entry["bytes_per_second"])
    return figures


def by_kind_and_size(entry):
    *kind, size = entry[0].split("/")
    return (kind, int(size)) if size.isdigit() else ([*kind, size], 0)


def main():
    program = sys.argv[1]
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    figures = medians(program, repetitions)
    print(f"medians of {repetitions}; an item is one packet\n")
    print(f"{'benchmark':30} {'M items/s':>10} {'GB/s':>8}")
    for name, (items, size) in sorted(figures.items(), key=by_kind_and_size):
        print(f"{name:30} {items / 1e6:10.2f} {size / 1e9:8.2f}")
    print(f"\n{'ours':26} {'against':28} {'ratio':>7} {'wanted':>7}")
    for ours, yardstick, wanted in WANTED:
        ratio = figures[ours][0] / figures[yardstick][0]
        verdict = "" if ratio >= wanted else "  falls short"
        print(f"{ours:26} {yardstick:28} {ratio:7.2f} {wanted:7}{verdict}")


if __name__ == "__main__":
    main()
