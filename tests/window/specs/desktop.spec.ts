// `moot` alone on a screen: the usual window, as people get it, kept alive by its keeper.

import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "../harness/fixture.ts";
import { MootNode, program, readEndpoint } from "../harness/node.ts";
import { cleanEnvironment, Running } from "../harness/process.ts";
import { Screen } from "../harness/screen.ts";
import { waitFor } from "../harness/wait.ts";

/** Children of a process by name. */
function children(pid: number, name: string): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" "))
    .filter((child) => child !== "")
    .map(Number)
    .filter((child) => {
      try {
        return readFileSync(`/proc/${child}/comm`, "utf8").trim() === name;
      } catch {
        return false;
      }
    });
}

/** WebSockets that were opened on a node so far: the interface has one. */
async function sockets(url: string, token: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${token}` } })).text();
  return Number(/^folkmoot_rpc_websockets_total (\d+)$/m.exec(text)?.[1] ?? "0");
}

test("moot alone opens the window, shows no ticket to others, and brings a dead window back", async () => {
  test.setTimeout(240_000);
  const screen = await Screen.open();
  const home = new MootNode("ada");
  const environment = { ...cleanEnvironment(home.home), ...screen.environment };
  const start = (name: string, args: string[]) =>
    new Running(name, program("MOOT_TEST_BINARY"), ["--data-dir", home.dataDir, ...args], environment);
  const moot = start("moot", ["--listen", "/ip4/127.0.0.1/udp/0/quic-v1"]);
  try {
    const endpoint = await waitFor("the node answers", 60_000, () => readEndpoint(home.dataDir, moot.pid));
    const token = readFileSync(endpoint.admin_token_file, "utf8").trim();
    const window = await waitFor("there is a window", 30_000, () => children(moot.pid, "moot-window")[0]);

    // then: the interface is in, so its ticket was good, and nobody else could see it
    await waitFor("the interface is connected", 60_000, async () => (await sockets(endpoint.url, token)) > 0 || undefined);
    for (const pid of [moot.pid, window]) {
      for (const file of ["cmdline", "environ"]) {
        expect(readFileSync(`/proc/${pid}/${file}`, "utf8"), `${file} of ${pid}`).not.toContain("ticket");
      }
    }
    expect(readFileSync(`/proc/${window}/environ`, "utf8")).toContain("WEBKIT_DISABLE_DMABUF_RENDERER=1");

    // when: somebody starts it again
    const second = start("second", []);
    expect(await second.end(60_000), second.output).toEqual({ code: 0, signal: null });
    expect(second.output).toContain("open already");
    expect(children(moot.pid, "moot-window")).toEqual([window]);

    // when: the window dies
    const before = await sockets(endpoint.url, token);
    process.kill(window, "SIGKILL");
    const next = await waitFor("another window", 30_000, () => children(moot.pid, "moot-window").find((pid) => pid !== window));
    await waitFor("it is connected", 60_000, async () => (await sockets(endpoint.url, token)) > before || undefined);

    // when: moot is told to stop
    const ended = await moot.stop(30_000);
    expect(ended, moot.output).toEqual({ code: 0, signal: null });
    expect(() => process.kill(next, 0), "the window is gone with it").toThrow();
  } finally {
    await moot.stop();
    await screen.close();
    await home.remove();
  }
});
