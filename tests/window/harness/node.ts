// A node on an empty data folder, started as people start it, spoken to over its API.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cleanEnvironment, Running } from "./process.ts";
import { waitFor } from "./wait.ts";

/** From the start to an answering API, on a machine that does much else. */
const READY_MS = 60_000;

/** Where the programs are that `cargo xtask test window` has built. */
export function program(variable: "MOOT_TEST_BINARY" | "MOOT_TEST_WINDOW"): string {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: run the tests by \`cargo xtask test window\``);
  return path;
}

interface Endpoint {
  url: string;
  ws_url: string;
  ui_url: string;
  pid: number;
  admin_token_file: string;
}

/** What the node answered instead of a result. */
export class RpcError extends Error {
  readonly code: number;
  constructor(method: string, error: { code: number; message: string }) {
    super(`${method}: ${error.code} ${error.message}`);
    this.code = error.code;
  }
}

export class MootNode {
  readonly name: string;
  readonly home: string;
  private process: Running | undefined;
  private endpoint: Endpoint | undefined;

  constructor(name: string) {
    this.name = name;
    this.home = mkdtempSync(join(tmpdir(), `moot-ui-${name}-`));
  }

  get dataDir(): string {
    return join(this.home, "data");
  }

  /** Starts `moot serve` and waits until it answers. Again after `stop` it is the same node. */
  async start(further: string[] = []): Promise<this> {
    const args = ["--data-dir", this.dataDir, "serve", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1", ...further];
    const process = new Running(this.name, program("MOOT_TEST_BINARY"), args, cleanEnvironment(this.home));
    this.process = process;
    this.endpoint = await waitFor(`${this.name}'s node answers`, READY_MS, async () => {
      if (process.ended) throw new Error(`ended: ${process.output}`);
      return readEndpoint(this.dataDir, process.pid);
    });
    return this;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return this.at.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get token(): string {
    return readFileSync(this.at.admin_token_file, "utf8").trim();
  }

  get output(): string {
    return this.process?.output ?? "";
  }

  private get at(): Endpoint {
    if (!this.endpoint) throw new Error(`${this.name}'s node does not run`);
    return this.endpoint;
  }

  /** Calls a method as its owner. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what comes back
  async rpc(method: string, params: object = {}): Promise<any> {
    const response = await fetch(`${this.url}/rpc`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    if (answer.error) throw new RpcError(method, answer.error);
    return answer.result;
  }

  /** A fresh address of the interface. */
  async address(): Promise<string> {
    return (await this.rpc("node.ui_ticket")).url;
  }

  /** Stops in order; the folder stays, to start again on. */
  async stop(): Promise<void> {
    await this.process?.stop();
    this.process = undefined;
    this.endpoint = undefined;
  }

  /** Ends at once, as a crash would. */
  async kill(): Promise<void> {
    this.process?.killNow();
    await this.process?.end(10_000);
    this.process = undefined;
    this.endpoint = undefined;
  }

  /** Stops and forgets everything. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The endpoint of the process with this id, once it answers. */
export async function readEndpoint(dataDir: string, pid?: number): Promise<Endpoint | undefined> {
  const endpoint = JSON.parse(readFileSync(join(dataDir, "api", "endpoint.json"), "utf8")) as Endpoint;
  // The file of a killed node stays behind.
  if (pid !== undefined && endpoint.pid !== pid) return undefined;
  const answer = await fetch(`${endpoint.url}/readyz`);
  return answer.ok ? endpoint : undefined;
}
