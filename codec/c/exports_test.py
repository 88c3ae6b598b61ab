"""What the shared library shows: the functions that chatos.h declares and nothing else, its soname, what it needs.

usage: exports_test.py LIBRARY HEADER SONAME
"""
import pathlib
import re
import subprocess
import sys


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    library, header, soname = sys.argv[1:]
    declared = set(re.findall(r"^CHATOS_API [^(]*?(chatos_\w+)\(", pathlib.Path(header).read_text(), re.MULTILINE))
    lines = output("nm", "--dynamic", "--defined-only", library).splitlines()
    shown = {line.split()[-1].split("@")[0] for line in lines}
    problems = []
    if shown != declared or len(declared) < 15:
        problems.append(f"shown but not declared: {shown - declared}; declared but not shown: {declared - shown}")
    dynamic = output("readelf", "--dynamic", "--wide", library)
    if f"soname: [{soname}]" not in dynamic:
        problems.append(f"the soname is not {soname}")
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    if not set(needed) <= {"libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "libc.so.6"}:
        problems.append(f"it needs more than the languages' own libraries: {needed}")
    print("\n".join(problems) or f"{len(declared)} functions; needs {needed}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
