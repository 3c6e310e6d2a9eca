// Says something in a channel, then prints what is said there. Goes on where it stopped, whether it or the node was
// restarted: client.ts FOLDER CHANNEL POSITION_FILE [TEXT], as examples/rpc/README.md shows.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Message = { author: { display_name: string }; content: string };
type Item = { type: "message.created"; seq: number; data: Message } | { type: "stream.live"; seq: number };
type Answer = { id: string; error?: { message: string } } | { params: { result: Item } | { error: { code: number } } };

const [folder, channel, position, text] = process.argv.slice(2);
if (!folder || !channel || !position) {
  console.error("usage: client.ts FOLDER CHANNEL POSITION_FILE [TEXT]");
  process.exit(2);
}
// With its nonce the message is sent once, however often the call is repeated.
let unsent = text ? { channel_id: channel, content: text, nonce: randomUUID() } : undefined;

function talk(): void {
  // Where the node listens and what it takes as a token; both are new after each of its starts.
  const endpoint = JSON.parse(readFileSync(join(folder, "api", "endpoint.json"), "utf8"));
  const token = readFileSync(endpoint.admin_token_file, "utf8").trim();
  const socket = new WebSocket(endpoint.ws_url, ["folkmoot", `bearer.${token}`]);
  const call = (method: string, params: object) =>
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: method, method, params }));

  socket.onopen = () => {
    // Everything since the beginning when there is no file yet.
    const since = existsSync(position) ? Number(readFileSync(position, "utf8")) : 0;
    call("events.subscribe", { since, types: ["message.created"], channels: [channel] });
    if (unsent) call("message.send", unsent);
  };
  socket.onmessage = ({ data }) => {
    const answer: Answer = JSON.parse(data);
    if ("id" in answer) {
      if (answer.error) {
        console.error(`${answer.id}: ${answer.error.message}`);
        process.exit(1);
      }
      if (answer.id === "message.send") unsent = undefined;
    } else if ("error" in answer.params) {
      socket.close(); // Too slow a reader, or the node stops: the next connection goes on from the position.
    } else {
      const item = answer.params.result;
      if (item.type === "message.created") console.log(`${item.seq} ${item.data.author.display_name}: ${item.data.content}`);
      // Printed before it is noted: killed in between, it prints one line twice rather than never.
      writeFileSync(`${position}.new`, String(item.seq));
      renameSync(`${position}.new`, position);
    }
  };
  socket.onclose = () => setTimeout(start, 500);
}

function start(): void {
  try { talk(); } catch { setTimeout(start, 500); } // No endpoint yet: the node is not ready.
}
start();
