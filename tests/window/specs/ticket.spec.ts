// The way in: an address that works once, and a session that lives as long as the tab.

import { expect, test } from "../harness/fixture.ts";
import { ask } from "../harness/http.ts";

test("a ticketed address opens the chat once", async ({ nodes, browser }) => {
  const node = await nodes.person("ada");
  await node.rpc("server.create", { name: "Home", visibility: "private" });
  const address = await node.address();

  const first = await (await browser.newContext()).newPage();
  await first.goto(address);
  await expect(first.getByTestId("composer")).toBeVisible();
  expect(first.url(), "the ticket is gone from the address").not.toContain("ticket");

  // The same address in another browser: somebody who looked over the shoulder.
  const second = await (await browser.newContext()).newPage();
  await second.goto(address);
  await expect(second.getByText(/moot ui/)).toBeVisible();
  await expect(second.getByTestId("composer")).toHaveCount(0);

  // A fresh one lets them in, put into the open page's address too.
  await second.goto(await node.address());
  await expect(second.getByTestId("composer")).toBeVisible();
  await first.context().close();
  await second.context().close();
});

test("the session is the tab's: it outlives a reload and is in no cookie", async ({ nodes, page }) => {
  const node = await nodes.person("ada");
  await node.rpc("server.create", { name: "Home", visibility: "private" });
  await page.goto(await node.address());
  await expect(page.getByTestId("composer")).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("composer")).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
  const kept = await page.evaluate(() => ({ local: Object.values({ ...localStorage }), session: Object.values({ ...sessionStorage }) }));
  const token = /[A-Za-z0-9_-]{43}/;
  expect(kept.session.join(" ")).toMatch(token);
  expect(kept.local.join(" ")).not.toMatch(token);
});

test("a session ends with the node, and a new ticket brings the page back", async ({ nodes, page }) => {
  const node = await nodes.person("ada");
  await node.rpc("server.create", { name: "Home", visibility: "private" });
  const { port } = node;
  await page.goto(await node.address());
  await expect(page.getByTestId("composer")).toBeVisible();
  await node.stop();
  await node.start(["--rpc", `127.0.0.1:${port}`]);
  // The page finds the node again and learns that its token is nobody's.
  await expect(page.getByText(/moot ui/)).toBeVisible({ timeout: 60_000 });
  const address = await node.address();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, new URL(address).hash);
  await expect(page.getByTestId("composer")).toBeVisible();
});

test("a ticket is exchanged by a request of our own page alone", async ({ nodes }) => {
  const node = await nodes.person("ada");
  const ticket = new URL(await node.address()).hash.replace("#ticket=", "");
  const body = JSON.stringify({ ticket });
  const json = { "Content-Type": "application/json" };
  const foreign = [{ Origin: "https://evil.example" }, { Origin: "null" }, { "Sec-Fetch-Site": "same-site" }];
  for (const headers of foreign) {
    expect((await ask(node.port, "POST", "/session", { ...json, ...headers }, body)).status).toBe(403);
  }
  const [one, other] = await Promise.all([
    ask(node.port, "POST", "/session", json, body),
    ask(node.port, "POST", "/session", json, body),
  ]);
  expect([one.status, other.status].sort(), "two at once: one of them").toEqual([200, 401]);
});
