// A process of the test's own, with its output kept. It is ended by its own id in every outcome, also when the runner is.

import { type ChildProcess, spawn } from "node:child_process";

import { waitFor } from "./wait.ts";

/** Characters of output kept; the end is what a failure needs. */
const KEPT = 64 * 1024;

const running = new Set<Running>();
process.on("exit", () => {
  for (const one of running) one.killNow();
});

/** How it ended. */
export interface Ended {
  code: number | null;
  signal: string | null;
}

export class Running {
  readonly child: ChildProcess;
  readonly name: string;
  output = "";
  ended: Ended | undefined;

  constructor(name: string, program: string, args: string[], env: NodeJS.ProcessEnv) {
    this.name = name;
    this.child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this);
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-KEPT);
    };
    this.child.stdout?.on("data", keep);
    this.child.stderr?.on("data", keep);
    this.child.on("error", (error) => {
      this.output += `\n${name} did not start: ${error.message}`;
      this.ended ??= { code: null, signal: null };
    });
    this.child.on("exit", (code, signal) => {
      this.ended = { code, signal };
      running.delete(this);
    });
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.name} did not start: ${this.output}`);
    return pid;
  }

  /** Waits for its end. */
  end(withinMs: number): Promise<Ended> {
    return waitFor(`${this.name} ends`, withinMs, () => this.ended);
  }

  /** Asks it to stop, and ends it if it does not. */
  async stop(withinMs = 15_000): Promise<Ended> {
    if (!this.ended) this.child.kill("SIGTERM");
    try {
      return await this.end(withinMs);
    } catch {
      this.killNow();
      return this.end(5_000);
    }
  }

  killNow(): void {
    if (!this.ended) this.child.kill("SIGKILL");
  }
}

/** The environment of this process without what would lead a node to the machine's own data or screen. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const foreign = /^(MOOT_|XDG_|DISPLAY$|WAYLAND_DISPLAY$|DBUS_|WEBKIT_|GDK_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}
