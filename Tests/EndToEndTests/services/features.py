"""Everything that a handler can ask of its server, written with the unmodified SDK.

What happens outside of the journal is noted in the file EFFECTS, one line for each event:
`kind id step token seconds-of-the-monotonic-clock`. A handler notes an event again with every attempt.
"""

import json
import os
import time
from datetime import timedelta

import restate
from restate.exceptions import RetryableError, TerminalError

from serving import ARGUMENTS, serve

EFFECTS = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(kind, ident, step="-", token="-"):
    os.write(EFFECTS, f"{kind} {ident} {step} {token} {time.monotonic():.6f}\n".encode())


async def outcome(future):
    """What a future gives, as text; a failure with its code and message."""
    try:
        return f"got {json.dumps(await future)}"
    except TerminalError as error:
        return f"failed {error.status_code} {error.message}"


feature = restate.Service("Feature")
box = restate.VirtualObject("Box")
order = restate.Workflow("Order")


# Awakeables and signals


@feature.handler()
async def wait_awakeable(ctx: restate.Context, ident: str) -> str:
    name, future = ctx.awakeable(type_hint=str)
    note("awakeable", ident, name)
    return await outcome(future)


@feature.handler()
async def resolve(ctx: restate.Context, request: dict) -> None:
    ctx.resolve_awakeable(request["id"], request["value"])


@feature.handler()
async def reject(ctx: restate.Context, request: dict) -> None:
    ctx.reject_awakeable(request["id"], request["message"], request.get("code", 500))


@feature.handler()
async def own_awakeable(ctx: restate.Context, value: str) -> str:
    name, future = ctx.awakeable(type_hint=str)
    ctx.resolve_awakeable(name, value)
    return await outcome(future)


@feature.handler()
async def wait_signal(ctx: restate.Context, ident: str) -> str:
    note("waiting", ident)
    return await outcome(ctx.signal("go", type_hint=str))


@feature.handler()
async def late_signal(ctx: restate.Context, ident: str) -> str:
    """Does not look at its signal before something else has come."""
    name, future = ctx.awakeable(type_hint=str)
    note("awakeable", ident, name)
    first = await outcome(future)
    return first + ", " + await outcome(ctx.signal("go", type_hint=str))


@feature.handler()
async def send_signal(ctx: restate.Context, request: dict) -> None:
    ctx.resolve_signal(request["id"], request["name"], request["value"])


@feature.handler()
async def reject_signal(ctx: restate.Context, request: dict) -> None:
    ctx.reject_signal(request["id"], request["name"], request["message"], 418)


# Other invocations


@feature.handler()
async def about_me(ctx: restate.Context, value: str) -> dict:
    request = ctx.request()
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-test")}
    return {"id": request.id, "headers": headers, "value": value}


@feature.handler()
async def calls_with_options(ctx: restate.Context, key: str) -> list:
    """The same call twice under one key, and once without."""
    headers = {"x-test-a": "1", "x-test-b": "é"}
    first = await ctx.service_call(about_me, arg="x", idempotency_key=key, headers=headers)
    second = await ctx.service_call(about_me, arg="y", idempotency_key=key)
    third = await ctx.service_call(about_me, arg="z")
    return [first, second, third]


@feature.handler()
async def calls_generically(ctx: restate.Context, value: str) -> list:
    answer = await ctx.generic_call("Feature", "about_me", json.dumps(value).encode())
    sent = ctx.generic_send("Box", "put", json.dumps(value).encode(), key="generic", send_delay=timedelta(milliseconds=50))
    return [json.loads(answer)["value"], await sent.invocation_id()]


@feature.handler()
async def calls_everything(ctx: restate.Context, key: str) -> list:
    await ctx.object_call(put, key=key, arg="stored")
    run = ctx.workflow_call(start, key=key, arg="quick")
    return [
        await ctx.object_call(take, key=key, arg=None),
        await run,
        await outcome(ctx.workflow_call(start, key=key, arg="quick")),
        await ctx.workflow_call(stage, key=key, arg=None),
    ]


@feature.handler()
async def attach(ctx: restate.Context, ident: str) -> str:
    note("attaching", ident)
    return await outcome(ctx.attach_invocation(ident, type_hint=str))


@feature.handler()
async def sends_and_attaches(ctx: restate.Context, ident: str) -> str:
    handle = ctx.service_send(wait_awakeable, arg=ident, idempotency_key=ident)
    return await outcome(ctx.attach_invocation(await handle.invocation_id(), type_hint=str))


@feature.handler()
async def stop(ctx: restate.Context, ident: str) -> None:
    ctx.cancel_invocation(ident)


@feature.handler()
async def parent(ctx: restate.Context, ident: str) -> str:
    """Undoes what it did when it is cancelled; so does its child."""
    try:
        return await ctx.service_call(child, arg=ident)
    except TerminalError as error:
        await ctx.run_typed("undo", lambda: note("undone", ident, "parent"))
        raise TerminalError(f"parent {error.message}", status_code=error.status_code)


@feature.handler()
async def child(ctx: restate.Context, ident: str) -> str:
    note("child", ident)
    try:
        await ctx.sleep(timedelta(days=1))
    except TerminalError as error:
        await ctx.run_typed("undo", lambda: note("undone", ident, "child"))
        raise TerminalError(f"child {error.message}", status_code=error.status_code)
    return "woke"


@feature.handler(
    invocation_retry_policy=restate.InvocationRetryPolicy(max_attempts=2, on_max_attempts="kill")
)
async def undoes_slowly(ctx: restate.Context, ident: str) -> str:
    """Goes on waiting when it is cancelled; each attempt that fails brings it nearer to its end."""
    note("slow", ident)
    try:
        await ctx.sleep(timedelta(days=1))
    except TerminalError:
        for _ in range(3):
            await ctx.sleep(timedelta(milliseconds=300))
    return await ctx.run_typed("undo", lambda: "undone")


@feature.handler()
async def stops_its_callee(ctx: restate.Context, ident: str) -> str:
    call = ctx.service_call(child, arg=ident)
    await ctx.sleep(timedelta(milliseconds=100))
    await call.cancel_invocation()
    return await outcome(call)


@feature.handler()
async def scoped(ctx: restate.Context, value: str) -> dict:
    return await ctx.scope("somewhere").service_call(about_me, arg=value)


@feature.handler()
async def limited(ctx: restate.Context, value: str) -> dict:
    return await ctx.scope("somewhere").service_call(about_me, arg=value, limit_key="tenant/user")


@feature.handler()
async def sends_scoped(ctx: restate.Context, value: str) -> str:
    return await ctx.scope("somewhere").object_send(put, key=value, arg=value, limit_key="tenant").invocation_id()


@feature.handler()
async def unscoped(ctx: restate.Context, value: str) -> list:
    """What a handler is told of the scope and the limit key that it was called with."""
    request = ctx.request()
    return [request.scope, request.limit_key]


# Several things at once


@feature.handler()
async def all_of(ctx: restate.Context, ident: str) -> list:
    name, awakeable = ctx.awakeable(type_hint=str)
    note("awakeable", ident, name)
    call = ctx.service_call(about_me, arg="called")
    nap = ctx.sleep(timedelta(milliseconds=50))
    step = ctx.run_typed("step", lambda: "ran")
    await restate.gather(awakeable, call, nap, step)
    return [await awakeable, (await call)["value"], await step]


@feature.handler()
async def first_of(ctx: restate.Context, ident: str) -> list:
    name, awakeable = ctx.awakeable(type_hint=str)
    note("awakeable", ident, name)
    return await restate.select(told=awakeable, timeout=ctx.sleep(timedelta(milliseconds=300)))


@feature.handler()
async def one_by_one(ctx: restate.Context, ident: str) -> list:
    naps = {ctx.sleep(timedelta(milliseconds=delay)): delay for delay in (300, 100, 200)}
    order = []
    async for future in restate.as_completed(*naps):
        await future
        order.append(naps[future])
    return order


@feature.handler()
async def waits_for_some(ctx: restate.Context, ident: str) -> list:
    name, awakeable = ctx.awakeable(type_hint=str)
    nap = ctx.sleep(timedelta(milliseconds=50))
    done, open = await restate.wait_completed(nap, awakeable)
    return [len(done), len(open)]


# Steps and failures


@feature.handler()
async def same_on_replay(ctx: restate.Context, ident: str) -> str:
    """What is drawn before a replay and after it is the same."""
    drawn = f"{ctx.uuid()}/{ctx.random().random()}/{await ctx.time()}"
    note("drawn", ident, drawn)
    await ctx.sleep(timedelta(milliseconds=50))
    await ctx.run_typed("fail once", lambda: fail_once(ident))
    return drawn


def fail_once(ident):
    note("try", ident)
    if attempts_of("try", ident) == 1:
        raise RuntimeError("once")


@feature.handler()
async def named_failure(ctx: restate.Context, message: str) -> None:
    raise TerminalError(message, status_code=418, metadata={"who": "me", "why": "é"})


@feature.handler()
async def relays_failure(ctx: restate.Context, message: str) -> list:
    try:
        await ctx.service_call(named_failure, arg=message)
    except TerminalError as error:
        return [error.status_code, error.message, error.metadata]
    return []


@feature.handler()
async def asks_for_time(ctx: restate.Context, ident: str) -> int:
    """Says itself when it wants to be tried again."""
    note("attempt", ident)
    attempts = attempts_of("attempt", ident)
    if attempts == 1:
        raise RetryableError("not yet", retry_after=timedelta(milliseconds=700))
    return attempts


@feature.handler()
async def bounded_step(ctx: restate.Context, ident: str) -> str:
    """A step that gives up after a while."""

    def action():
        note("try", ident)
        raise RuntimeError("never works")

    options = restate.RunOptions(
        initial_retry_interval=timedelta(milliseconds=20),
        max_retry_interval=timedelta(milliseconds=50),
        retry_interval_factor=1.5,
        max_duration=timedelta(milliseconds=300),
    )
    return await outcome(ctx.run_typed("bounded", action, options))


@feature.handler()
async def terminal_step(ctx: restate.Context, ident: str) -> str:
    def action():
        note("try", ident)
        raise TerminalError("final", status_code=409)

    return await outcome(ctx.run_typed("terminal", action))


@feature.handler()
async def piles_up(ctx: restate.Context, request: dict) -> int:
    """Steps with long results, one after the other."""

    def action(number):
        note("step", request["id"], number)
        return "x" * request["bytes"]

    total = 0
    for number in range(request["steps"]):
        total += len(await ctx.run_typed(f"step {number}", action, number=number))
    return total


@feature.handler()
async def changes_its_mind(ctx: restate.Context, ident: str) -> str:
    """Does other things in its second attempt than in its first: a mismatch with its journal."""
    note("attempt", ident)
    if attempts_of("attempt", ident) == 1:
        await ctx.run_typed("first plan", lambda: "a")
        raise RuntimeError("again")
    await ctx.sleep(timedelta(milliseconds=1), name="second plan")
    return "done"


# State of an object


@box.handler()
async def put(ctx: restate.ObjectContext, value: str) -> None:
    ctx.set("value", value)
    ctx.set("other", {"a": [1, None]})
    note("put", ctx.key(), value)


@box.handler()
async def take(ctx: restate.ObjectContext, _: None) -> list:
    seen = [await ctx.get("value", type_hint=str), await ctx.get("none", type_hint=str), sorted(await ctx.state_keys())]
    ctx.clear("value")
    # A replay sees the state of the attempt that read it.
    await ctx.sleep(timedelta(milliseconds=20))
    return seen + [await ctx.get("value", type_hint=str)]


@box.handler()
async def wipe(ctx: restate.ObjectContext) -> list:
    ctx.clear_all()
    ctx.set("left", 1)
    await ctx.sleep(timedelta(milliseconds=20))
    return [await ctx.get("left", type_hint=int), await ctx.get("other", type_hint=dict)]


@box.handler(kind="shared")
async def look(ctx: restate.ObjectSharedContext) -> list:
    return sorted(await ctx.state_keys())


# A workflow and its promises


@order.main()
async def start(ctx: restate.WorkflowContext, what: str) -> str:
    note("started", ctx.key(), what)
    ctx.set("stage", "started")
    if what == "quick":
        ctx.set("stage", "done")
        return "quick"
    before = await ctx.promise("approval", type_hint=str).peek()
    answer = await outcome(ctx.promise("approval", type_hint=str).value())
    ctx.set("stage", "done")
    return f"{before} then {answer}"


@order.handler()
async def approve(ctx: restate.WorkflowSharedContext, by: str) -> str:
    return await outcome(ctx.promise("approval", type_hint=str).resolve(by))


@order.handler()
async def deny(ctx: restate.WorkflowSharedContext, message: str) -> str:
    return await outcome(ctx.promise("approval", type_hint=str).reject(message, 403))


@order.handler()
async def approved(ctx: restate.WorkflowSharedContext, _: None) -> str:
    """Waits beside the run."""
    note("asking", ctx.key())
    return await outcome(ctx.promise("approval", type_hint=str).value())


@order.handler()
async def peeked(ctx: restate.WorkflowSharedContext, _: None) -> str:
    return await outcome(ctx.promise("approval", type_hint=str).peek())


@order.handler()
async def stage(ctx: restate.WorkflowSharedContext, _: None) -> str:
    return str(await ctx.get("stage", type_hint=str))


def attempts_of(kind, ident):
    with open(os.environ["EFFECTS"], encoding="utf-8") as effects:
        return sum(line.split()[:2] == [kind, ident] for line in effects)


def main():
    serve(restate.app([feature, box, order]), ARGUMENTS.parse_args())


if __name__ == "__main__":
    main()
