"""An implementation that misbehaves as MODE says neither stops a run nor makes it hang: every scenario of its role gets a
verdict, in bounded time and memory.

usage: bad_peer_test.py PROGRAM server FAKE_SERVER MODE MEBIBYTES_MAX EVERY
       bad_peer_test.py PROGRAM client BAD_CLIENT.py MODE MEBIBYTES_MAX EVERY

Of its scenarios every EVERYth is run.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 600  # a run takes seconds; a busy machine is slower


def profile_of(role, peer, mode):
    """It ignores options and commands, but having them makes every scenario run."""
    profile = {"schema": 1, "name": mode, "role": role}
    if role == "server":
        options = ("capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms")
        return {**profile, "options": {name: ["{value}"] for name in options}, "extensions": ["tunnel"],
                "command": ["/bin/sh", "-c", f"exec {peer} {mode} $0", "{port}"]}
    commands = {"say": "{text}\n", "msg": "{pseudo} {text}\n", "quit": "quit\n"}
    commands |= {word: word + " {pseudo}\n" for word in ("private", "accept", "refuse")}
    screen = {"ready": "^ready$", "message": "{pseudo}: {text}", "offer": "{pseudo} offers", "broken": "broken"}
    return {**profile, "stdin": commands, "screen": screen, "command": [sys.executable, peer, mode, "{port}", "{pseudo}"]}


def main():
    program, role, peer, mode, mebibytes_max, every = *sys.argv[1:5], int(sys.argv[5]), int(sys.argv[6])
    listed = subprocess.run([program, "list", role + ".*"], capture_output=True, text=True, check=True).stdout
    scenarios = [line.split()[0] for line in listed.splitlines()][::every]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        profile, report = folder / "profile.json", folder / "report.json"
        profile.write_text(json.dumps(profile_of(role, peer, mode)), encoding="utf-8")
        start = time.monotonic()
        run = subprocess.Popen([program, "run", "--profile", profile, "--time-factor", "0.1", "--json", report,
                                "--html", folder / "page", "--pcap", folder / "captures", *scenarios],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)
        seconds, mebibytes = time.monotonic() - start, usage.ru_maxrss / 1024
        judged = {entry["id"]: entry for entry in json.loads(report.read_text(encoding="utf-8"))["scenarios"]}
    verdicts = [entry["verdict"] for entry in judged.values()]
    print(f"{mode}: {len(judged)} scenarios, {verdicts.count('pass')} passed, {seconds:.1f} s, {mebibytes:.0f} MiB")
    wanted = 3 if mode == "never-connects" else 1
    assert os.waitstatus_to_exitcode(status) == wanted, f"exit code {os.waitstatus_to_exitcode(status)}"
    assert judged.keys() >= set(scenarios)  # and what they rest on
    assert all(entry["why"] for entry in judged.values() if entry["verdict"] != "pass")
    assert mode == "shouts" or verdicts.count("pass") * 2 < len(verdicts), "such a peer keeps few rules"
    assert seconds < SECONDS_MAX, f"{seconds:.1f} s"
    assert mebibytes < mebibytes_max, f"{mebibytes:.0f} MiB"


if __name__ == "__main__":
    main()
