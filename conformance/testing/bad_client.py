"""A client that registers as PSEUDO at 127.0.0.1:PORT, and then behaves as badly as MODE says.

usage: bad_client.py MODE PORT PSEUDO
"""

import os
import socket
import sys
import time

MODE, PORT, PSEUDO = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()


def main():
    if MODE == "never-connects":
        while True:
            print("still thinking " * 1_000)
    server = socket.create_connection(("127.0.0.1", PORT))
    register = b"\x01" + len(PSEUDO).to_bytes(2, "big") + PSEUDO
    if MODE == "garbage":
        while True:
            server.sendall(os.urandom(65_536))
    if MODE == "stalls":
        server.sendall(register[:-1])
        time.sleep(1_000)
    server.sendall(register)
    server.recv(2)
    print("ready", flush=True)
    if MODE == "floods":
        while True:
            server.sendall(b"\x04\x00\x00\x00\x02hi" * 1_000)
    if MODE == "chatters":
        while True:
            print("\x1b[2J nonsense " * 1_000)
    if MODE == "mute":
        time.sleep(1_000)
    if MODE == "hangs-up":
        return
    server.recv(1)
    os.abort()  # crashes


if __name__ == "__main__":
    try:
        main()
    except OSError:
        pass
