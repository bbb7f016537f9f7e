"""Handlers for everything that the end-to-end tests look at, written with the unmodified SDK.

What happens outside of the journal is noted in the file EFFECTS, one line for each event:
`kind id step token seconds-of-the-monotonic-clock`.
"""

import asyncio
import os
import time
import uuid
from datetime import timedelta

import restate
from restate.exceptions import TerminalError
from restate.serde import BytesSerde

from serving import ARGUMENTS, serve

EFFECTS = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(kind, ident, step="-", token="-"):
    os.write(EFFECTS, f"{kind} {ident} {step} {token} {time.monotonic():.6f}\n".encode())


async def step(ctx, ident, name, before=0.0, after=0.0):
    """A step that takes its time before its effect, and again between the effect and the recording."""

    async def action():
        note("begin", ident, name)
        await asyncio.sleep(before)
        token = uuid.uuid4().hex
        note("effect", ident, name, token)
        await asyncio.sleep(after)
        note("return", ident, name, token)
        return token

    return await ctx.run_typed(name, action)


plain = restate.Service("Plain")
counter = restate.VirtualObject("Counter")
ledger = restate.VirtualObject("Ledger")
flow = restate.Workflow("Flow")


@plain.handler("headers")
async def headers_of(ctx: restate.Context, _: dict) -> list:
    """The headers of the call, in their order."""
    return [[name, value] for name, value in ctx.request().headers.items()]


@plain.handler()
async def echo(ctx: restate.Context, value: dict) -> dict:
    return value


@plain.handler(
    accept="application/octet-stream",
    content_type="application/octet-stream",
    input_serde=BytesSerde(),
    output_serde=BytesSerde(),
)
async def mirror(ctx: restate.Context, value: bytes) -> bytes:
    return value


@plain.handler()
async def steps(ctx: restate.Context, request: dict) -> list:
    pause = request.get("pause", 0.0)
    return [await step(ctx, request["id"], name, pause, pause) for name in ("one", "two", "three")]


@plain.handler(content_type="application/octet-stream", output_serde=BytesSerde())
async def kept(ctx: restate.Context, size: int) -> bytes:
    """The result of a step, read again from the journal where the sleep makes another attempt."""
    options = restate.RunOptions(serde=BytesSerde())
    value = await ctx.run_typed("bytes", lambda: b"".join(n.to_bytes(8, "big") for n in range(size // 8 + 1))[:size], options)
    await ctx.sleep(timedelta(milliseconds=1))
    return value


@plain.handler()
async def bulk(ctx: restate.Context, request: dict) -> int:
    """Steps with long results, all at once; gives how long they are together."""
    results = [
        ctx.run_typed(f"part {number}", lambda: "x" * request["bytes"]) for number in range(request["parts"])
    ]
    await restate.gather(*results)
    return sum([len(await result) for result in results])


@plain.handler()
async def nap(ctx: restate.Context, request: dict) -> str:
    note("asleep", request["id"])
    await ctx.sleep(timedelta(milliseconds=request["milliseconds"]))
    note("awake", request["id"])
    return "awake"


@plain.handler()
async def relay(ctx: restate.Context, value: dict) -> dict:
    """A call and its answer."""
    return await ctx.service_call(echo, arg=value)


@plain.handler()
async def dispatch(ctx: restate.Context, request: dict) -> str:
    """A one-way call, later; the id of the callee comes back."""
    handle = ctx.object_send(
        add, key=request["key"], arg=request["amount"], send_delay=timedelta(milliseconds=request["milliseconds"])
    )
    return await handle.invocation_id()


@plain.handler()
async def relay_failure(ctx: restate.Context, message: str) -> str:
    try:
        await ctx.service_call(refuse, arg=message)
    except TerminalError as error:
        return f"caught {error.status_code} {error.message}"
    return "not refused"


@plain.handler()
async def refuse(ctx: restate.Context, message: str) -> str:
    note("refused", message)
    raise TerminalError(message, status_code=418)


@plain.handler()
async def flaky(ctx: restate.Context, request: dict) -> int:
    """Fails a few times before it succeeds; gives the number of attempts."""
    note("attempt", request["id"])
    attempts = attempts_of("attempt", request["id"])
    if attempts <= request["failures"]:
        raise RuntimeError(f"failure number {attempts}")
    return attempts


@plain.handler()
async def flaky_step(ctx: restate.Context, request: dict) -> int:
    """The same within a step, with a retry policy of its own."""

    def action():
        note("try", request["id"])
        attempts = attempts_of("try", request["id"])
        if attempts <= request["failures"]:
            raise RuntimeError(f"failure number {attempts}")
        return attempts

    options = restate.RunOptions(initial_retry_interval=timedelta(milliseconds=20), max_attempts=10)
    return await ctx.run_typed("try", action, options)


@plain.handler()
async def gives_up(ctx: restate.Context, ident: str) -> str:
    """A step that fails more often than it may: its failure is recorded and terminal."""

    def action():
        note("try", ident)
        raise RuntimeError("never works")

    options = restate.RunOptions(initial_retry_interval=timedelta(milliseconds=20), max_attempts=3)
    return await ctx.run_typed("try", action, options)


@plain.handler()
async def stuck(ctx: restate.Context, ident: str) -> str:
    """Ends only when it is cancelled or killed."""
    note("stuck", ident)
    try:
        await ctx.sleep(timedelta(days=1))
    except TerminalError as error:
        note("cancelled", ident)
        raise TerminalError(f"stopped: {error.message}", status_code=error.status_code)
    return "woke"


@plain.handler()
async def deaf(ctx: restate.Context, ident: str) -> str:
    """Hears nothing of a cancellation: only a kill ends it."""
    note("deaf", ident)
    await asyncio.sleep(3600)
    return "heard"


@counter.handler()
async def add(ctx: restate.ObjectContext, amount: int) -> int:
    total = (await ctx.get("total", type_hint=int) or 0) + amount
    ctx.set("total", total)
    note("added", ctx.key(), str(amount))
    return total


@counter.handler()
async def hold(ctx: restate.ObjectContext, milliseconds: int) -> str:
    """Keeps the key for a while."""
    note("held", ctx.key())
    await ctx.sleep(timedelta(milliseconds=milliseconds))
    note("released", ctx.key())
    return "released"


@counter.handler(kind="shared")
async def total(ctx: restate.ObjectSharedContext) -> int:
    return await ctx.get("total", type_hint=int) or 0


@counter.handler()
async def put(ctx: restate.ObjectContext, values: dict) -> list:
    for name, value in values.items():
        ctx.set(name, value)
    return sorted(await ctx.state_keys())


@counter.handler()
async def drop(ctx: restate.ObjectContext, name: str) -> list:
    ctx.clear(name)
    return sorted(await ctx.state_keys())


@counter.handler(enable_lazy_state=True)
async def drop_asking(ctx: restate.ObjectContext, name: str) -> list:
    """The same, asking the server what is left."""
    ctx.clear(name)
    return sorted(await ctx.state_keys())


@counter.handler()
async def drop_all(ctx: restate.ObjectContext) -> list:
    ctx.clear_all()
    return sorted(await ctx.state_keys())


@counter.handler(kind="shared")
async def names(ctx: restate.ObjectSharedContext) -> list:
    return sorted(await ctx.state_keys())


@ledger.handler()
async def enter(ctx: restate.ObjectContext, request: dict) -> list:
    """Three steps, and an entry in the list of what came in which order."""
    number = request["number"]
    pause = request.get("pause", 0.0)
    ident = f"{ctx.key()}/{number}"
    tokens = [await step(ctx, ident, name, pause, pause) for name in ("one", "two", "three")]
    entries = await ctx.get("entries", type_hint=list) or []
    ctx.set("entries", entries + [number])
    return tokens


@ledger.handler(kind="shared")
async def entries(ctx: restate.ObjectSharedContext) -> list:
    return await ctx.get("entries", type_hint=list) or []


@flow.main()
async def run(ctx: restate.WorkflowContext, value: str) -> str:
    return value


def attempts_of(kind, ident):
    with open(os.environ["EFFECTS"], encoding="utf-8") as effects:
        return sum(line.split()[:2] == [kind, ident] for line in effects)


def main():
    arguments = ARGUMENTS.parse_args()
    keys = [arguments.identity_key] if arguments.identity_key else None
    serve(restate.app([plain, counter, ledger, flow], identity_keys=keys), arguments)


if __name__ == "__main__":
    main()
