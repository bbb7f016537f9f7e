"""Calls one method of perdured's control socket: control_client.py SOCKET [METHOD [PARAMETERS]]"""
import json
import socket
import struct
import sys


def send(connection, message):
    payload = json.dumps(message).encode()
    try:
        connection.sendall(struct.pack(">I", len(payload)) + payload)
    except BrokenPipeError:
        pass  # the daemon has said why before it closed


def receive(stream):
    header = stream.read(4)
    if len(header) < 4:
        sys.exit("the daemon closed the connection")
    return json.loads(stream.read(struct.unpack(">I", header)[0]))


path, method, parameters = (sys.argv[1:] + ["status", "{}"][len(sys.argv) - 2 :])[:3]
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
    connection.connect(path)
    stream = connection.makefile("rb")
    hello = {"protocolVersion": 1, "programVersion": "example"}
    for number, (name, params) in enumerate([("hello", hello), (method, json.loads(parameters))]):
        send(connection, {"jsonrpc": "2.0", "id": number, "method": name, "params": params})
        answer = receive(stream)
        while "method" in answer:  # a notification on the way
            answer = receive(stream)
        if "error" in answer:
            sys.exit(answer["error"]["message"])
print(json.dumps(answer["result"], indent=2))
