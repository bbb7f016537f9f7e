"""Serves a set of handlers on a port of this machine, over cleartext HTTP/2 and HTTP/1.1."""

import argparse
import asyncio
import signal

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config
from restate.server import install_shutdown_hook


def main(*services):
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=9081)
    port = parser.parse_args().port

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.errorlog = None

    # Nothing to finish at the end: durable handlers go on elsewhere, or when the service is back.
    config.graceful_timeout = 0
    asyncio.run(run(restate.app(services), config))


async def run(app, config):
    """Serves until SIGTERM or SIGINT, for which the SDK has one place: its own handler replaces any other."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        install_shutdown_hook(asyncio.get_running_loop(), stop.set, number)
    await serve(app, config, shutdown_trigger=stop.wait)
