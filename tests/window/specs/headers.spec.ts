// The security headers stand on every kind of answer, and a browser acts on them.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "../harness/fixture.ts";
import { ask, securityHeaders } from "../harness/http.ts";

test("every kind of answer carries every security header", async ({ nodes }) => {
  const node = await nodes.person("ada");
  const { port } = node;
  const json = { "Content-Type": "application/json" };
  const bearer = { Authorization: `Bearer ${node.token}` };
  const page = await ask(port, "GET", "/");
  const script = /src="\.?(\/[^"]+\.js)"/.exec(page.body)?.[1];
  expect(script, page.body).toBeTruthy();
  const rows: [string, number, Promise<Awaited<ReturnType<typeof ask>>>][] = [
    ["the page", 200, ask(port, "GET", "/")],
    ["its head alone", 200, ask(port, "HEAD", "/")],
    ["a script", 200, ask(port, "GET", script ?? "")],
    ["a script not modified", 304, ask(port, "GET", "/", { "If-None-Match": page.headers["etag"] ?? "" })],
    ["a redirect", 307, ask(port, "GET", "/", { Host: `localhost:${port}` })],
    ["nothing there", 404, ask(port, "GET", "/nothing")],
    ["another method", 405, ask(port, "DELETE", "/")],
    ["a foreign host", 403, ask(port, "GET", "/", { Host: "evil.example" })],
    ["a foreign origin", 403, ask(port, "GET", "/", { Origin: "https://evil.example" })],
    ["another site", 403, ask(port, "GET", "/", { "Sec-Fetch-Site": "cross-site" })],
    ["a ticket that is none", 401, ask(port, "POST", "/session", json, '{"ticket":"x"}')],
    ["a session by a form", 415, ask(port, "POST", "/session", { "Content-Type": "text/plain" }, "{}")],
    ["a broken session", 400, ask(port, "POST", "/session", json, "{")],
    ["a call", 200, ask(port, "POST", "/rpc", { ...json, ...bearer }, '{"jsonrpc":"2.0","id":1,"method":"node.info"}')],
    ["a call without token", 401, ask(port, "POST", "/rpc", json, "{}")],
    ["metrics without token", 401, ask(port, "GET", "/metrics")],
    ["metrics", 200, ask(port, "GET", "/metrics", bearer)],
    ["a probe", 200, ask(port, "GET", "/healthz")],
    ["too many headers", 431, ask(port, "GET", "/", Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`x-${i}`, "y"])))],
  ];
  for (const [what, status, asked] of rows) {
    const answer = await asked;
    expect.soft(answer.status, `${what}: ${answer.body}`).toBe(status);
    expect.soft(answer.headers, what).toMatchObject(securityHeaders(port));
    expect.soft(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-")), what).toEqual([]);
  }
});

test("the page runs no code and loads nothing that is not its own", async ({ nodes, page }) => {
  const node = await nodes.person("ada");
  // What a page asks for and what leaves are two things: somebody else counts what arrives.
  const arrived: string[] = [];
  const elsewhere = createServer((request, response) => {
    arrived.push(request.url ?? "");
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.end();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const foreign = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  await fetch(`${foreign}/counted`);
  expect(arrived, "the counter counts").toEqual(["/counted"]);
  await page.goto(await node.address());
  await expect(page.locator("body")).not.toBeEmpty();
  const ran = await page.evaluate(async (foreign) => {
    const tried: Record<string, boolean> = {};
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.head.append(script);
    tried["inline script"] = "inline" in window;
    // In a task of its own: what the test itself runs is excused from the policy.
    tried["eval"] = await new Promise<boolean>((resolve) =>
      setTimeout(() => {
        try {
          resolve(Boolean(new Function("return true")()));
        } catch {
          resolve(false);
        }
      }, 0),
    );
    const loads = (element: HTMLElement) =>
      new Promise<boolean>((resolve) => {
        element.onload = () => resolve(true);
        element.onerror = () => resolve(false);
        setTimeout(() => resolve(false), 2_000);
        document.body.append(element);
      });
    tried["foreign image"] = await loads(Object.assign(new Image(), { src: `${foreign}/x.png` }));
    tried["data script"] = await loads(Object.assign(document.createElement("script"), { src: "data:text/javascript,1" }));
    tried["foreign request"] = await fetch(`${foreign}/x`).then(
      () => true,
      () => false,
    );
    return tried;
  }, foreign);
  elsewhere.close();
  expect(ran).toEqual({
    "inline script": false,
    eval: false,
    "foreign image": false,
    "data script": false,
    "foreign request": false,
  });
  expect(arrived, "nothing left but the test's own request").toEqual(["/counted"]);
});

test("a page of somebody else reads nothing, calls nothing, frames nothing", async ({ nodes, page }) => {
  const node = await nodes.person("ada");
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>evil</title><body></body>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    // The same host and another port: what cookies would not tell apart.
    await page.goto(`http://127.0.0.1:${port}/`);
    const before = await node.rpc("server.list");
    const results = await page.evaluate(async (url) => {
      const reached = (promise: Promise<unknown>) =>
        promise.then(
          () => true,
          () => false,
        );
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "server.create", params: { name: "Evil" } });
      const socket = new WebSocket(url.replace("http", "ws") + "/rpc");
      const opened = await new Promise<boolean>((resolve) => {
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      });
      const form = document.createElement("form");
      form.method = "post";
      form.action = `${url}/rpc`;
      form.target = "hidden";
      form.enctype = "text/plain";
      const frame = document.createElement("iframe");
      frame.name = "hidden";
      const loaded = new Promise((resolve) => {
        frame.onload = resolve;
        setTimeout(resolve, 3_000);
      });
      const input = document.createElement("input");
      input.name = body.slice(0, -1);
      input.value = "}";
      form.append(input);
      document.body.append(frame, form);
      form.submit();
      await loaded;
      return {
        read: await reached(fetch(`${url}/`)),
        "read the document": await reached(fetch(`${url}/openrpc.json`)),
        call: await reached(fetch(`${url}/rpc`, { method: "POST", body, headers: { "Content-Type": "application/json" } })),
        ticket: await reached(fetch(`${url}/session`, { method: "POST", body: '{"ticket":"x"}' })),
        socket: opened,
      };
    }, node.url);
    expect(results).toEqual({ read: false, "read the document": false, call: false, ticket: false, socket: false });
    expect(await node.rpc("server.list"), "nothing was made").toEqual(before);
  } finally {
    server.close();
  }
});
