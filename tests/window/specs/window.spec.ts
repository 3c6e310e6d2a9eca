// The real window on a screen of its own: first run, create, send, receive; what it refuses; its keys.

import { expect, test } from "../harness/fixture.ts";
import { DrivenWindow, Key } from "../harness/webdriver.ts";

test("first run, create, send and receive in the window", async ({ nodes }, info) => {
  test.setTimeout(240_000);
  const [ada, bob] = [await nodes.start("ada"), await nodes.person("bob")];
  const window = await DrivenWindow.open(await ada.address());
  try {
    // when: Ada says who she is, types and sends
    await window.type("first-run-name", "Ada");
    await window.click("first-run-start");
    await window.type("composer", `written in the window${Key.enter}`);
    await window.shows("message-list", "written in the window");

    // and founds a server, into which Bob comes
    await window.click("server-create");
    await window.type("server-name", "Tea house");
    await window.click("dialog-confirm");
    const server = await test.step("the server is there", () =>
      expect
        .poll(async () => (await ada.rpc("server.list")).items.map((one: { name: string }) => one.name), { timeout: 30_000 })
        .toContain("Tea house")
        .then(async () => (await ada.rpc("server.list")).items.find((one: { name: string }) => one.name === "Tea house")));
    const invite = await ada.rpc("invite.create", { server_id: server.id });
    await bob.rpc("invite.accept", { link: invite.link });
    const [channel] = (await bob.rpc("channel.list", { server_id: server.id })).items;
    await bob.rpc("message.send", { channel_id: channel.id, content: "good evening from Bob" });

    // then: it is on Ada's screen
    await window.click(`server-${server.id}`);
    await window.click(`channel-${channel.id}`);
    await window.shows("message-list", "good evening from Bob");
    const picture = await window.screenshot();
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    await info.attach("window", { body: picture, contentType: "image/png" });
  } finally {
    await info.attach("driver", { body: window.output });
    await window.close();
  }
});

test("the window stays on its page, opens nothing and grants nothing", async ({ nodes }, info) => {
  test.setTimeout(180_000);
  const ada = await nodes.person("ada");
  const window = await DrivenWindow.open(await ada.address());
  try {
    await window.find("body > *");
    for (const target of ["https://example.org/", `${ada.url}/openrpc.json`, "about:blank", "file:///etc/passwd", "data:text/html,x"]) {
      await window.run("location.href = arguments[0]", target).catch(() => undefined);
      const at = await window.run("return new Promise((r) => requestAnimationFrame(() => setTimeout(() => r(location.href), 200)))");
      expect(String(at).startsWith(`${ada.url}/`), `${target} led to ${String(at)}`).toBe(true);
      expect(String(at)).not.toContain("openrpc");
    }
    expect(await window.run("return window.open('https://example.org/') === null")).toBe(true);
    const granted = await window.run("return Notification?.requestPermission?.() ?? 'denied'").catch(() => "denied");
    expect(granted).not.toBe("granted");

    // The nonce is there, and belongs to this load.
    const nonce = () => window.run("return window.__MOOT_SHELL_NONCE__");
    const first = String(await nonce());
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    await window.run("location.reload()");
    // Between two pages there is none.
    const isNew = (now: unknown): boolean => now !== first && /^[0-9a-f]{32}$/.test(String(now));
    await expect.poll(async () => isNew(await nonce().catch(() => first)), { timeout: 20_000 }).toBe(true);

    // Ctrl and plus makes the page larger.
    await window.find("body > *");
    const width = () => window.run("return innerWidth").then(Number);
    const before = await width();
    await window.press(Key.control, "=");
    await expect.poll(width, { timeout: 10_000 }).toBeLessThan(before);
    await window.press(Key.control, "0");
    await expect.poll(width, { timeout: 10_000 }).toBe(before);
  } finally {
    await info.attach("driver", { body: window.output });
    await window.close();
  }
});
