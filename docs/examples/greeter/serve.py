"""Serves a set of handlers on a port of this machine, over cleartext HTTP/2 and HTTP/1.1."""

import argparse
import asyncio
import signal

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config


def main(*services):
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=9080)
    port = parser.parse_args().port

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.errorlog = None

    # Signals end the process on the spot: durable handlers have nothing to tidy up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    never = asyncio.Event()
    asyncio.run(serve(restate.app(services), config, shutdown_trigger=never.wait))
