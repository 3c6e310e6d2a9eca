// What every spec begins with: nodes by name, gone with their folders after the test whatever came of it.

import { test as base, expect, type Page } from "@playwright/test";

import { MootNode } from "./node.ts";

/** The nodes of one test. */
export class Nodes {
  private readonly all: MootNode[] = [];

  /** A node nobody has said their name to yet. */
  async start(name: string, further: string[] = []): Promise<MootNode> {
    const node = new MootNode(name);
    this.all.push(node);
    return node.start(further);
  }

  /** A node with an identity. */
  async person(name: string): Promise<MootNode> {
    const node = await this.start(name);
    await node.rpc("identity.create", { display_name: name });
    return node;
  }

  async removeAll(): Promise<void> {
    for (const node of this.all) await node.remove();
  }

  get logs(): string {
    return this.all.map((node) => `== ${node.name}\n${node.output}`).join("\n");
  }
}

export const test = base.extend<{ nodes: Nodes }>({
  // biome-ignore lint/correctness/noEmptyPattern: this is how Playwright asks for nothing
  nodes: async ({}, use, info) => {
    const nodes = new Nodes();
    try {
      await use(nodes);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach("nodes", { body: nodes.logs });
      await nodes.removeAll();
    }
  },
});

/** Goes through the first run on a page that shows it. */
export async function introduce(page: Page, name: string): Promise<void> {
  await page.getByTestId("first-run-name").fill(name);
  await page.getByTestId("first-run-start").click();
  await expect(page.getByTestId("composer")).toBeVisible({ timeout: 30_000 });
}

/** Says something in the open channel. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId("composer").fill(text);
  await page.getByTestId("composer").press("Enter");
}

export { expect };
