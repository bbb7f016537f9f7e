"""Versions of one service, as a team would deploy them one after the other: `--variant` says which this process serves.

one      what is there at first
two      one more handler, and `greet` wants more than before
lacking  without `old`
object   the same names on an object
"""

import argparse
import asyncio
import os
import signal
from datetime import timedelta

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config

parser = argparse.ArgumentParser()
parser.add_argument("--bind", required=True)
parser.add_argument("--variant", default="one")
arguments = parser.parse_args()
variant = arguments.variant

EFFECTS = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(kind, ident):
    os.write(EFFECTS, f"{kind} {ident} - {variant} 0\n".encode())


greeter = restate.VirtualObject("Greeter") if variant == "object" else restate.Service("Greeter")


@greeter.handler()
async def greet(ctx, name: str) -> str:
    return f"{variant} greets {name}"


@greeter.handler()
async def wait(ctx, request: dict) -> str:
    """Sleeps, and says on which version it woke up."""
    note("asleep", request["id"])
    await ctx.sleep(timedelta(milliseconds=request["milliseconds"]))
    return variant


@greeter.handler()
async def fragile(ctx, ident: str) -> str:
    """Works from the second version on."""
    note("attempt", ident)
    if variant == "one":
        raise RuntimeError("not in this version")
    return variant


if variant != "lacking":

    @greeter.handler()
    async def old(ctx) -> str:
        return variant


if variant == "two":

    @greeter.handler()
    async def extra(ctx) -> str:
        return variant


config = Config()
config.bind = [arguments.bind]
# The tests kill this process; nothing of it is to be tidied up.
signal.signal(signal.SIGINT, signal.SIG_DFL)
asyncio.run(serve(restate.app([greeter]), config, shutdown_trigger=asyncio.Event().wait))
