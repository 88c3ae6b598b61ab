"""Judges the model behind a network that delays everything by up to 250 ms: the scenarios that must know that something
has reached the server, or that must be there before a time limit is over.

usage: slow_network_test.py CHATOS_CONFORMANCE
"""

import json
import pathlib
import subprocess
import sys
import tempfile

SCENARIOS = ("server.tun.relay", "server.tun.end-taken", "server.tun.nobody-comes",
             "server.flow.pending-offer-does-not-block", "server.err.survives-messages-behind-offer")
OPTIONS = ("answer_timeout_ms", "pc_timeout_ms", "tunnel_timeout_ms")


def main():
    conformance = sys.argv[1]
    network = pathlib.Path(__file__).with_name("slow_network.py")
    profile = {"schema": 1, "name": "the model, far away", "role": "server", "extensions": ["tunnel"],
               "options": {name: ["--" + name.replace("_", "-"), "{value}"] for name in OPTIONS},
               "command": ["/usr/bin/python3", str(network), "--port", "{port}", "--delay-ms", "250", "--",
                           conformance, "model", "--port", "SERVER_PORT"]}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "far-away.json"
        path.write_text(json.dumps(profile), encoding="utf-8")
        return subprocess.run([conformance, "run", *SCENARIOS, "--profile", str(path), "--strict", "--jobs", "5",
                               "--time-factor", "2"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
