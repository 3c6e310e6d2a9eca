// Every suite on real nodes: a browser where one is enough, the window itself where it matters. One at a time, since each test
// runs whole nodes and the machine may be small.

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  outputDir: process.env["MOOT_TEST_OUTPUT"] ?? "test-results",
  forbidOnly: true,
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["MOOT_TEST_CHROMIUM"] ?? "/usr/bin/chromium",
      // Nothing but our own node is ever asked anything.
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
