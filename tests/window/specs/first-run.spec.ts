// From an empty data folder to the first message, in a browser.

import { expect, introduce, say, test } from "../harness/fixture.ts";

test("name, start, type: the first message is stored", async ({ nodes, page }) => {
  const node = await nodes.start("ada");
  await page.goto(await node.address());
  await introduce(page, "Ada");
  await say(page, "the very first message");
  await expect(page.getByTestId("message-list").getByText("the very first message")).toBeVisible();

  // then: the node has it, in the server that the interface made
  const identity = await node.rpc("identity.get");
  expect(identity.display_name).toBe("Ada");
  const [server] = (await node.rpc("server.list")).items;
  const [channel] = (await node.rpc("channel.list", { server_id: server.id })).items;
  await expect
    .poll(async () => (await node.rpc("message.list", { channel_id: channel.id })).items[0]?.content)
    .toBe("the very first message");
});
