import { beforeEach, expect, test, vi } from "vitest";

import { exchange, keptSession, takeFragment, ticketIn } from "../src/rpc/session";
import { askShell, onNotificationChosen } from "../src/shell/bridge";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

test("ticket and link are taken out of the address and wiped there", () => {
  location.hash = "#ticket=abcdefgh-1&link=moot%3A%2F%2Fjoin%2FA%2Bb";
  expect(takeFragment()).toEqual({ ticket: "abcdefgh-1", link: "moot://join/A+b" });
  expect(location.hash).toBe("");
  expect(takeFragment()).toEqual({ ticket: null, link: null });
});

test("what is neither a ticket nor a link of ours is not taken for one", () => {
  location.hash = "#ticket=<script>&link=javascript:1";
  expect(takeFragment()).toEqual({ ticket: null, link: null });
});

test("a pasted address or ticket is recognised", () => {
  expect(ticketIn(" http://127.0.0.1:1/#ticket=abcdefgh&link=x ")).toBe("abcdefgh");
  expect(ticketIn("abcdefgh")).toBe("abcdefgh");
  for (const bad of ["", "http://127.0.0.1:1/", "a b", "<x>"]) expect(ticketIn(bad)).toBeNull();
});

test("a ticket becomes a session that lasts as long as the tab and no longer than it may", async () => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ token: "t", expires_at: 2_000 })));
  expect(await exchange("abcdefgh")).toEqual({ token: "t", expiresAt: 2_000 });
  expect(keptSession(1_000)?.token).toBe("t");
  expect(keptSession(2_000)).toBeNull();
});

test("a used ticket, an odd answer and a node that is away are told apart", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 401 }));
  expect(await exchange("abcdefgh")).toBe("used");
  vi.stubGlobal("fetch", async () => new Response("{}"));
  expect(await exchange("abcdefgh")).toBe("used");
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("no");
  });
  expect(await exchange("abcdefgh")).toBe("unreachable");
  sessionStorage.setItem("folkmoot.session", "{");
  expect(keptSession(0)).toBeNull();
});

test("the window program is asked with the nonce of this load, and not at all without one", () => {
  const sent: string[] = [];
  window.ipc = { postMessage: (text) => sent.push(text) };
  expect(askShell({ kind: "ticket" })).toBe(false);
  window.__MOOT_SHELL_NONCE__ = "n1";
  expect(askShell({ kind: "badge", mentions: 2, unread: true })).toBe(true);
  expect(sent.map((text) => JSON.parse(text))).toEqual([{ nonce: "n1", kind: "badge", mentions: 2, unread: true }]);
  delete window.ipc;
  delete window.__MOOT_SHELL_NONCE__;
});

test("a chosen notification is heard by its tag", () => {
  const heard: string[] = [];
  const stop = onNotificationChosen((tag) => heard.push(tag));
  window.dispatchEvent(new CustomEvent("moot-notification", { detail: "chn_a msg_b" }));
  window.dispatchEvent(new CustomEvent("moot-notification", { detail: { evil: 1 } }));
  stop();
  window.dispatchEvent(new CustomEvent("moot-notification", { detail: "late" }));
  expect(heard).toEqual(["chn_a msg_b"]);
});
