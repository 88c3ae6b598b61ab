"""sharkd, Wireshark without a window: looks at frames in any order, as a person does."""
import json
import subprocess

import readings


class Sharkd:
    """Runs with the plugins of a home folder, on one capture."""

    def __init__(self, home, capture):
        environment = {**readings.environment(), "HOME": str(home)}
        self.process = subprocess.Popen(["sharkd", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment)
        self.number = 0
        self.call("load", file=str(capture))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=300)

    def call(self, method, **parameters):
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return answer["result"]
        raise AssertionError("sharkd ended")

    def infos(self):
        """The Info column of every frame, as the list shows it."""
        return [frame["c"][-1] for frame in self.call("frames")]

    def look(self, frame):
        """The trees of ChatOS in a frame, and its Info column."""
        shown = self.call("frame", frame=frame, proto=True, columns=True)
        return [tree for tree in shown["tree"] if "ChatOS" in tree.get("l", "")], shown["col"][-1]
