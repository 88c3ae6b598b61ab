"""The metrics as Prometheus itself reads them: promtool lints them, and a Prometheus of our own scrapes them.

usage: prometheus_test.py CHATOS_SERVER
Needs the Debian package prometheus; without it the test fails and says so. Everything runs on free loopback ports, in a folder that is removed again, and ends with the test.
"""

import contextlib
import json
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/base"))
sys.dont_write_bytecode = True
from reserved_port import ReservedPort  # noqa: E402

SERVER = sys.argv[1]
PATIENCE_S = 300  # ends a test that has failed already

# How a real scrape is configured; the interval is only short here.
CONFIGURATION = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: chatos
    static_configs:
      - targets: ['{target}']
"""


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def running(command, **more):
    process = subprocess.Popen(command, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def chatos_server():
    with running([SERVER, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"], stdout=subprocess.PIPE,
                 text=True) as process:
        said = [process.stdout.readline().split()[-1] for _ in range(2)]
        yield said[0], said[1]


def join(address, pseudo):
    host, port = address.rsplit(":", 1)
    client = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    client.sendall(b"\x01" + struct.pack(">H", len(pseudo)) + pseudo)
    assert client.recv(2) == b"\x06\x00"
    return client


class Prometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in ("promtool", "prometheus"):
            if shutil.which(program) is None:
                raise AssertionError(f"there is no {program}: install the Debian package prometheus")

    def test_promtool_finds_nothing_to_say(self):
        with chatos_server() as (address, metrics), join(address, b"alice"):
            text = get(f"http://{metrics}/metrics")
        said = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((said.returncode, said.stdout + said.stderr), (0, ""))

    def test_a_prometheus_scrapes_it(self):
        with chatos_server() as (address, metrics), join(address, b"alice"), join(address, b"bob"), \
                tempfile.TemporaryDirectory() as folder, ReservedPort() as port:
            web = f"127.0.0.1:{port.number}"
            configuration = pathlib.Path(folder, "prometheus.yml")
            configuration.write_text(CONFIGURATION.format(target=metrics))
            with open(pathlib.Path(folder, "log"), "w+") as log, \
                    running(["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder}/data",
                             f"--web.listen-address={web}"], stdout=log, stderr=log) as process:
                self.await_value(process, log, web, 'up{job="chatos"}', "1")
                self.await_value(process, log, web, "chatos_users", "2")
                self.await_value(process, log, web, "chatos_requests_accepted_total - chatos_requests_answered_total "
                                 "- chatos_requests_abandoned_total - chatos_requests_pending", "0")

    def await_value(self, process, log, web, query, expected):
        url = f"http://{web}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        deadline = time.monotonic() + PATIENCE_S
        sample = None
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                result = json.loads(get(url))["data"]["result"]
                sample = result[0]["value"][1] if result else None
                if sample == expected:
                    return
            time.sleep(0.05)
        log.seek(0)
        self.fail(f"{query} is {sample} and not {expected}; Prometheus said:\n{log.read()}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
