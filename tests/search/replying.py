"""A function that a fresh process calls: it replies to each message."""

import os
import sys


def reply(pipe):
    while True:
        message = pipe.recv()
        if message == "exit":
            print("exiting on purpose", file=sys.stderr)
            sys.exit(3)
        pipe.send((message, os.environ.get("REPLY"), "tensorflow" in sys.modules))
