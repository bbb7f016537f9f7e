"""Registers like a service, and answers every attempt with what no service may send."""

import gzip
import json

from serving import ARGUMENTS, serve

OUTPUT = 0x0401
START = 0x0000
END = 0x0003
RUN = 0x0411


def frame(kind, length, body=b""):
    return kind.to_bytes(2, "big") + b"\0\0" + length.to_bytes(4, "big") + body


def failure(code):
    """A terminal failure of that code, and the end."""
    fields = b"\x08" + (bytes([code]) if code < 128 else bytes([code & 0x7F | 0x80, code >> 7])) + b"\x12\x02no"
    command = b"\x7a" + bytes([len(fields)]) + fields
    return frame(OUTPUT, len(command), command) + frame(END, 0)


DONE = frame(OUTPUT, 4, b"\x72\x02\x0a\x00") + frame(END, 0)


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
    "compressed": (200, None, gzip.compress(DONE)),
    "failing_with_200": (200, None, failure(200)),
    "failing_with_204": (200, None, failure(204)),
    "silent": (200, None, b""),
    "page": (200, "text/html", b"<html>It works!</html>"),
    "failing": (500, "text/plain", b"no"),
    "missing": (404, "text/plain", b"no"),
}

MANIFEST = {
    "protocolMode": "BIDI_STREAM",
    "minProtocolVersion": 5,
    "maxProtocolVersion": 7,
    "services": [{"name": "Nonsense", "ty": "SERVICE", "handlers": [{"name": name} for name in ANSWERS]}],
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
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve(app, ARGUMENTS.parse_args())
