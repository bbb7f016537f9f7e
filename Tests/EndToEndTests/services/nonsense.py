"""Registers like a service, and answers every attempt with what no service may send."""

import gzip
import json

from serving import ARGUMENTS, serve

OUTPUT = 0x0401
START = 0x0000
ERROR = 0x0002
END = 0x0003
SET_STATE = 0x0403
SLEEP = 0x040C
RUN = 0x0411
# Commands that refer to something in their payload, by the name that a handler has for them.
COMMANDS = {
    "output": OUTPUT,
    "get_state": 0x0402,
    "set_state": SET_STATE,
    "clear_state": 0x0404,
    "get_state_keys": 0x0406,
    "get_eager_state": 0x0407,
    "get_eager_state_keys": 0x0408,
    "get_promise": 0x0409,
    "peek_promise": 0x040A,
    "complete_promise": 0x040B,
    "sleep": SLEEP,
    "call": 0x040D,
    "one_way_call": 0x040E,
    "send_signal": 0x0410,
    "run": RUN,
    "attach": 0x0412,
    "get_output": 0x0413,
    "complete_awakeable": 0x0414,
}


def frame(kind, length, body=b""):
    return kind.to_bytes(2, "big") + b"\0\0" + length.to_bytes(4, "big") + body


def failure(code):
    """A terminal failure of that code, and the end."""
    fields = b"\x08" + (bytes([code]) if code < 128 else bytes([code & 0x7F | 0x80, code >> 7])) + b"\x12\x02no"
    command = b"\x7a" + bytes([len(fields)]) + fields
    return frame(OUTPUT, len(command), command) + frame(END, 0)


DONE = frame(OUTPUT, 4, b"\x72\x02\x0a\x00") + frame(END, 0)


def varint(number):
    text = b""
    while number >= 0x80:
        text += bytes([number & 0x7F | 0x80])
        number >>= 7
    return text + bytes([number])


def message(kind, body):
    return frame(kind, len(body), body)


def asks_for_delay(milliseconds):
    return message(ERROR, b"\x08" + varint(500) + b"\x12\x02no" + b"\x40" + varint(milliseconds))


# By the name of the handler: status, content type (None for the right one), body.
ANSWERS = {
    "garbage": (200, None, bytes(range(256)) * 8),
    "truncated": (200, None, frame(OUTPUT, 100, b"abc")),
    "huge": (200, None, frame(OUTPUT, 0xFFFFFFFF, b"abc")),
    "undecodable": (200, None, frame(OUTPUT, 4, b"\xff\xff\xff\xff")),
    "unknown": (200, None, frame(0x0BAD, 0)),
    "backwards": (200, None, frame(START, 0)),
    "only_end": (200, None, frame(END, 0)),
    "end_without_output": (200, None, frame(RUN, 2, b"\x58\x01") + frame(END, 0)),
    "custom": (200, None, frame(0xFC00, 0)),
    "custom_and_done": (200, None, frame(0xFC00, 0) + DONE),
    "unknown_command": (200, None, frame(0x0450, 0)),
    "unknown_command_and_done": (200, None, frame(0x0450, 0) + DONE),
    "undecodable_output_and_end": (200, None, message(OUTPUT, b"\xff\xff\xff\xff") + frame(END, 0)),
    "sleep_to_the_last_id": (200, None, message(SLEEP, b"\x08\x01\x58" + varint(2**32 - 1))),
    "sleep_for_ever": (200, None, message(SLEEP, b"\x08" + varint(2**64 - 1) + b"\x58\x01")),
    "delay_2_63": (200, None, asks_for_delay(2**63 - 1)),
    "delay_2_64": (200, None, asks_for_delay(2**64 - 1)),
    "retry_after_2_64": (503, "text/plain", b"no"),
    "state_key_of_bytes": (200, None, message(SET_STATE, b"\x0a\x02\xff\xfe\x1a\x03\x0a\x01\x31") + DONE),
    "compressed": (200, None, gzip.compress(DONE)),
    "failing_with_200": (200, None, failure(200)),
    "failing_with_204": (200, None, failure(204)),
    "silent": (200, None, b""),
    "page": (200, "text/html", b"<html>It works!</html>"),
    "failing": (500, "text/plain", b"no"),
    "missing": (404, "text/plain", b"no"),
}

for name, kind in COMMANDS.items():
    ANSWERS["garbled_" + name] = (200, None, message(kind, b"\xff\xff\xff\xff") + DONE)
    ANSWERS["empty_" + name] = (200, None, message(kind, b"") + DONE)

HANDLERS = [{"name": name} for name in ANSWERS]
MANIFEST = {
    "protocolMode": "BIDI_STREAM",
    "minProtocolVersion": 5,
    "maxProtocolVersion": 7,
    "services": [
        {"name": "Nonsense", "ty": "SERVICE", "handlers": HANDLERS},
        {"name": "NonsenseObject", "ty": "VIRTUAL_OBJECT", "handlers": HANDLERS},
    ],
}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/discover":
        status, body = 200, json.dumps(MANIFEST).encode()
        content_type = b"application/vnd.restate.endpointmanifest.v4+json"
    else:
        status, given, body = ANSWERS[scope["path"].rsplit("/", 1)[-1]]
        content_type = given.encode() if given else dict(scope["headers"])[b"content-type"]
    headers = [(b"content-type", content_type)]
    if scope["path"].endswith("/compressed"):
        headers.append((b"content-encoding", b"gzip"))
    if scope["path"].endswith("/retry_after_2_64"):
        headers.append((b"retry-after", b"18446744073709551615"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve(app, ARGUMENTS.parse_args())
