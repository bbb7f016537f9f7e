"""The greeter, first version: writes a letter, lets the ink dry, posts it, and counts the letters of each guest."""

import os
from datetime import timedelta

import restate
from serve import main

greeter = restate.Service("Greeter")
guest = restate.VirtualObject("Guest")


def note(line):
    """What happens outside: one line in the file LETTERS for each time that a step really runs."""
    with open(os.environ.get("LETTERS", "letters.txt"), "a", encoding="utf-8") as letters:
        letters.write(line + "\n")


@greeter.handler()
async def greet(ctx: restate.Context, request: dict) -> str:
    name = request["name"]

    def write():
        note(f"wrote to {name}")
        return f"Hello {name}!"

    # A step: once its result is recorded it never runs again, whatever crashes.
    letter = await ctx.run_typed("write", write)
    # Nothing of this process is needed while it sleeps, and it wakes up on time after any restart.
    await ctx.sleep(timedelta(seconds=request.get("drying", 0)))
    await ctx.run_typed("post", lambda: note(f"posted to {name}"))
    count = await ctx.object_call(received, key=name, arg=None)
    return f"{letter} This is your letter number {count}."


@guest.handler()
async def received(ctx: restate.ObjectContext) -> int:
    """One at a time for each guest, so that no letter is lost in counting."""
    count = (await ctx.get("letters", type_hint=int) or 0) + 1
    ctx.set("letters", count)
    return count


@guest.handler(kind="shared")
async def letters(ctx: restate.ObjectSharedContext) -> int:
    return await ctx.get("letters", type_hint=int) or 0


if __name__ == "__main__":
    main(greeter, guest)
