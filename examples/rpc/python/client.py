"""Says something in a channel, then prints what is said there. Goes on where it stopped, whether it or the node was
restarted: client.py FOLDER CHANNEL POSITION_FILE [TEXT], as examples/rpc/README.md shows."""

import json
import sys
import time
import uuid
from pathlib import Path

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


def talk(folder, channel, position, unsent):
    """One connection, until it ends. `unsent` holds the message until the node has it."""
    # Where the node listens and what it takes as a token; both are new after each of its starts.
    endpoint = json.loads(Path(folder, "api", "endpoint.json").read_text())
    token = Path(endpoint["admin_token_file"]).read_text().strip()
    with connect(endpoint["ws_url"], additional_headers={"Authorization": f"Bearer {token}"}, max_size=None) as socket:

        def call(method, params):
            socket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))

        # Everything since the beginning when there is no file yet.
        since = int(position.read_text()) if position.exists() else 0
        call("events.subscribe", {"since": since, "types": ["message.created"], "channels": [channel]})
        if unsent:
            call("message.send", unsent)
        for text in socket:
            answer = json.loads(text)
            if "id" in answer:
                if "error" in answer:
                    sys.exit(f"{answer['id']}: {answer['error']['message']}")
                if answer["id"] == "message.send":
                    unsent.clear()
                continue
            if "error" in answer["params"]:
                return  # Too slow a reader, or the node stops: the next connection goes on from the position.
            event = answer["params"]["result"]
            if event["type"] == "message.created":
                message = event["data"]
                print(f"{event['seq']} {message['author']['display_name']}: {message['content']}", flush=True)
            # Printed before it is noted: killed in between, it prints one line twice rather than never.
            position.with_suffix(".new").write_text(str(event["seq"]))
            position.with_suffix(".new").replace(position)


if len(sys.argv) not in (4, 5):
    sys.exit("usage: client.py FOLDER CHANNEL POSITION_FILE [TEXT]")
folder, channel, position, *text = sys.argv[1:]
# With its nonce the message is sent once, however often the call is repeated.
unsent = {"channel_id": channel, "content": text[0], "nonce": str(uuid.uuid4())} if text else {}
while True:
    try:
        talk(folder, channel, Path(position), unsent)
    except (OSError, ValueError, WebSocketException) as error:
        print(f"waiting for the node: {error}", file=sys.stderr)
    time.sleep(0.5)
