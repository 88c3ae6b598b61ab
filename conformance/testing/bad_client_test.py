"""A client that behaves as badly as MODE neither stops a run nor makes it hang: a verdict for every scenario, in bounded
time and memory.

usage: bad_client_test.py PROGRAM MODE MEBIBYTES_MAX
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 60
BAD_CLIENT = str(pathlib.Path(__file__).with_name("bad_client.py"))


def main():
    program, mode, mebibytes_max = sys.argv[1], sys.argv[2], int(sys.argv[3])
    listed = subprocess.run([program, "list", "client.*"], capture_output=True, text=True, check=True).stdout
    scenarios = {line.split()[0] for line in listed.splitlines()}
    with tempfile.TemporaryDirectory() as folder:
        profile, report = os.path.join(folder, "profile.json"), os.path.join(folder, "report.json")
        with open(profile, "w", encoding="utf-8") as file:
            # What it is told it never reads; that it can be told makes every scenario run.
            told = {one: one + " {pseudo} {text}\n" for one in ("msg",)}
            told |= {one: one + " {pseudo}\n" for one in ("private", "accept", "refuse")} | {"say": "{text}\n", "quit": "quit\n"}
            json.dump({"schema": 1, "name": mode, "role": "client", "stdin": told,
                       "screen": {"ready": "^ready$", "message": "{pseudo}: {text}", "offer": "{pseudo} offers", "broken": "broken"},
                       "command": [sys.executable, BAD_CLIENT, mode, "{port}", "{pseudo}"]}, file)
        start = time.monotonic()
        run = subprocess.Popen([program, "run", "--profile", profile, "--time-factor", "0.1", "--json", report,
                                "--html", os.path.join(folder, "page"), "--pcap", os.path.join(folder, "captures")],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        seconds, mebibytes = time.monotonic() - start, usage.ru_maxrss / 1024
        with open(report, encoding="utf-8") as file:
            judged = {one["id"]: one for one in json.load(file)["scenarios"]}
    verdicts = [one["verdict"] for one in judged.values()]
    print(f"{mode}: {len(judged)} scenarios, {verdicts.count('pass')} passed, {seconds:.1f} s, {mebibytes:.0f} MiB")
    wanted = 3 if mode == "never-connects" else 1
    assert os.waitstatus_to_exitcode(status) == wanted, f"exit code {os.waitstatus_to_exitcode(status)}"
    assert judged.keys() == scenarios
    assert all(one["why"] for one in judged.values() if one["verdict"] != "pass")
    assert verdicts.count("pass") * 4 < len(verdicts), "such a client keeps few rules"
    assert seconds < SECONDS_MAX, f"{seconds:.1f} s"
    assert mebibytes < mebibytes_max, f"{mebibytes:.0f} MiB"


if __name__ == "__main__":
    main()
