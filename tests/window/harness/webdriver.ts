// The real window through WebDriver: WebKitWebDriver starts it and speaks for us. Only what the specs need of the protocol.

import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { program } from "./node.ts";
import { cleanEnvironment, Running } from "./process.ts";
import { Screen } from "./screen.ts";
import { waitFor } from "./wait.ts";

/** Name of an element's id in the protocol. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/** How long the page may take to show something. */
const SHOWN_MS = 30_000;

/** Keys by their names in the protocol. */
export const Key = { enter: "\uE007", control: "\uE009", escape: "\uE00C", release: "\uE000" } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The window on a screen of its own, at an address of the interface. */
export class DrivenWindow {
  private readonly folder: string;
  private readonly screen: Screen;
  private readonly driver: Running;
  private readonly base: string;
  private session = "";

  private constructor(folder: string, screen: Screen, driver: Running, port: number) {
    this.folder = folder;
    this.screen = screen;
    this.driver = driver;
    this.base = `http://127.0.0.1:${port}`;
  }

  static async open(address: string): Promise<DrivenWindow> {
    const screen = await Screen.open();
    const folder = mkdtempSync(join(tmpdir(), "moot-window-"));
    // In the keeper's stead: the driver starts the window, so nobody is there to tell it by the pipe.
    mkdirSync(join(folder, "profile"));
    const launch = { url: address, state_file: join(folder, "state.json") };
    writeFileSync(join(folder, "launch.json"), JSON.stringify(launch), { mode: 0o600 });
    const port = await freePort();
    const environment = {
      ...cleanEnvironment(folder),
      ...screen.environment,
      MOOT_WINDOW_AUTOMATION: folder,
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
    };
    const driver = new Running("WebKitWebDriver", "WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], environment);
    const window = new DrivenWindow(folder, screen, driver, port);
    try {
      await waitFor("the driver answers", 20_000, async () => (await fetch(`${window.base}/status`)).ok || undefined);
      const options = { binary: program("MOOT_TEST_WINDOW"), args: [] };
      const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
      const created = await window.send("POST", "/session", { capabilities });
      window.session = (created as { sessionId: string }).sessionId;
      return window;
    } catch (error) {
      await window.close();
      throw new Error(`no window: ${String(error)}\n${driver.output}`);
    }
  }

  private async send(method: string, path: string, body?: object): Promise<unknown> {
    const init: RequestInit = { method, signal: AbortSignal.timeout(60_000) };
    if (body) Object.assign(init, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    const response = await fetch(`${this.base}${path}`, init);
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  }

  private command(method: string, path: string, body?: object): Promise<unknown> {
    return this.send(method, `/session/${this.session}${path}`, body);
  }

  /** Runs a function's body in the page. */
  run(script: string, ...args: unknown[]): Promise<unknown> {
    return this.command("POST", "/execute/sync", { script, args });
  }

  /** Waits until the page holds an element. */
  find(selector: string): Promise<string> {
    return waitFor(`the window shows ${selector}`, SHOWN_MS, async () => {
      const found = await this.command("POST", "/element", { using: "css selector", value: selector });
      return (found as Record<string, string>)[ELEMENT];
    });
  }

  findById(testId: string): Promise<string> {
    return this.find(`[data-testid="${testId}"]`);
  }

  async type(testId: string, text: string): Promise<void> {
    await this.command("POST", `/element/${await this.findById(testId)}/value`, { text });
  }

  async click(testId: string): Promise<void> {
    await this.command("POST", `/element/${await this.findById(testId)}/click`, {});
  }

  /** Presses keys together on whatever has the focus. */
  async press(...keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = [...keys].reverse().map((value) => ({ type: "keyUp", value }));
    await this.command("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
  }

  /** Waits until a text stands in an element. */
  async shows(testId: string, text: string): Promise<void> {
    await waitFor(`${testId} shows ${text}`, SHOWN_MS, async () => {
      const found = await this.command("GET", `/element/${await this.findById(testId)}/text`);
      if (!String(found).includes(text)) throw new Error(String(found));
      return true;
    });
  }

  /** Everything on the screen of the window, as a PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from(String(await this.command("GET", "/screenshot")), "base64");
  }

  get output(): string {
    return this.driver.output;
  }

  async close(): Promise<void> {
    if (this.session) await this.command("DELETE", "").catch(() => undefined);
    await this.driver.stop(5_000);
    await this.screen.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
