// A screen that nobody sees: Xvfb on a display of its own.

import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { waitFor } from "./wait.ts";

export class Screen {
  private readonly child;
  private readonly file: string;
  private ended = false;
  private display = "";

  private constructor() {
    this.file = join(tmpdir(), `moot-display-${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`);
    const told = openSync(this.file, "w");
    // It finds a free display by itself and tells which on the third descriptor.
    this.child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", told],
    });
    closeSync(told);
    this.child.on("exit", () => {
      this.ended = true;
    });
    process.on("exit", this.killNow);
  }

  static async open(): Promise<Screen> {
    const screen = new Screen();
    const number = await waitFor("the screen is there", 20_000, () => {
      if (screen.ended) throw new Error("Xvfb ended");
      return /^\d+\n/.exec(readFileSync(screen.file, "utf8"))?.[0];
    });
    screen.display = `:${number.trim()}`;
    return screen;
  }

  /** What a program needs to open a window here. */
  get environment(): Record<string, string> {
    return { DISPLAY: this.display, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" };
  }

  private readonly killNow = () => {
    if (!this.ended) this.child.kill("SIGKILL");
  };

  async close(): Promise<void> {
    if (!this.ended) this.child.kill("SIGTERM");
    try {
      await waitFor("the screen is gone", 5_000, () => this.ended || undefined);
    } catch {
      this.killNow();
    }
    process.off("exit", this.killNow);
    rmSync(this.file, { force: true });
  }
}
