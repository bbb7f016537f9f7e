"""Serves an application where the command line says."""

import argparse
import asyncio
import signal

from hypercorn import asyncio as hypercorn
from hypercorn.config import Config

ARGUMENTS = argparse.ArgumentParser()
ARGUMENTS.add_argument("--bind", required=True, help="HOST:PORT or unix:PATH")
ARGUMENTS.add_argument("--certificate", help="speaks TLS with it")
ARGUMENTS.add_argument("--key", help="of the certificate")
ARGUMENTS.add_argument("--http1-only", action="store_true", help="offers no HTTP/2 over TLS")
ARGUMENTS.add_argument("--identity-key", help="takes only requests that are signed with it")


def serve(app, arguments):
    config = Config()
    config.bind = [arguments.bind]
    if arguments.certificate:
        config.certfile = arguments.certificate
        config.keyfile = arguments.key
    if arguments.http1_only:
        config.alpn_protocols = ["http/1.1"]
    # The tests kill this process; nothing of it is to be tidied up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(hypercorn.serve(app, config, shutdown_trigger=asyncio.Event().wait))
