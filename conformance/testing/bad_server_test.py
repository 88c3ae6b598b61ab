"""A server that behaves as badly as MODE neither stops a run nor makes it hang: a verdict for every scenario, in bounded
time and memory.

usage: bad_server_test.py PROGRAM FAKE_SERVER MODE MEBIBYTES_MAX
"""

import json
import os
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 60  # what is promised for a server that never says anything


def main():
    program, fake_server, mode, mebibytes_max = *sys.argv[1:4], int(sys.argv[4])
    listed = subprocess.run([program, "list"], capture_output=True, text=True, check=True).stdout
    scenarios = [line.split()[0] for line in listed.splitlines() if line.startswith("server.")]
    with tempfile.TemporaryDirectory() as folder:
        profile, report = os.path.join(folder, "profile.json"), os.path.join(folder, "report.json")
        options = {name: ["{value}"] for name in ("capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms",
                                                       "tunnel_timeout_ms")}
        with open(profile, "w", encoding="utf-8") as file:
            # What the options say is not looked at; that they can be said makes every scenario run.
            json.dump({"schema": 1, "name": mode, "options": options, "extensions": ["tunnel"],
                       "command": ["/bin/sh", "-c", f"exec {fake_server} {mode} $0", "{port}"]}, file)
        start = time.monotonic()
        run = subprocess.Popen([program, "run", "--profile", profile, "--time-factor", "0.1", "--json", report,
                                "--html", os.path.join(folder, "page"), "--pcap", os.path.join(folder, "captures")],
                               stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        seconds, mebibytes = time.monotonic() - start, usage.ru_maxrss / 1024
        with open(report, encoding="utf-8") as file:
            judged = {one["id"]: one for one in json.load(file)["scenarios"]}
    verdicts = [one["verdict"] for one in judged.values()]
    print(f"{mode}: {len(judged)} scenarios, {verdicts.count('pass')} passed, {seconds:.1f} s, {mebibytes:.0f} MiB")
    assert os.waitstatus_to_exitcode(status) == 1, f"exit code {os.waitstatus_to_exitcode(status)}"
    assert judged.keys() == set(scenarios)
    assert all(one["why"] for one in judged.values() if one["verdict"] != "pass")
    assert mode == "shouts" or verdicts.count("pass") * 2 < len(verdicts), "such a server keeps few rules"
    assert seconds < SECONDS_MAX, f"{seconds:.1f} s"
    assert mebibytes < mebibytes_max, f"{mebibytes:.0f} MiB"


if __name__ == "__main__":
    main()
