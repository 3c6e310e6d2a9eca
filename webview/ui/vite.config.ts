import { readFileSync } from "node:fs";
import { request } from "node:http";

import { defineConfig, type Plugin } from "vite";
import solid from "vite-plugin-solid";

/**
 * `npm run dev` against a running node: MOOT_ENDPOINT names its `endpoint.json`. Calls are passed on with the node's own Host and
 * Origin, and any ticket is exchanged for the admin token, which only who runs the node can read. Not part of any build.
 */
function node(): Plugin {
  const file = process.env.MOOT_ENDPOINT;
  return {
    name: "node",
    apply: "serve",
    configureServer(server) {
      if (!file) return;
      const endpoint = JSON.parse(readFileSync(file, "utf8")) as { url: string; admin_token_file: string };
      const target = new URL(endpoint.url);
      const headersFor = (headers: Record<string, unknown>) => ({ ...headers, host: target.host, origin: endpoint.url });
      server.middlewares.use("/session", (_, response) => {
        const token = readFileSync(endpoint.admin_token_file, "utf8").trim();
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify({ token, expires_at: Date.now() + 86_400_000 }));
      });
      server.middlewares.use("/rpc", (incoming, response) => {
        const passed = request(
          { host: target.hostname, port: target.port, path: "/rpc", method: incoming.method, headers: headersFor(incoming.headers) as never },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          },
        );
        passed.on("error", () => response.writeHead(502).end());
        incoming.pipe(passed);
      });
      server.httpServer?.on("upgrade", (incoming, socket, head) => {
        if (incoming.url !== "/rpc") return;
        const passed = request({
          host: target.hostname,
          port: target.port,
          path: "/rpc",
          headers: headersFor(incoming.headers) as never,
        });
        passed.on("upgrade", (answer, upstream, first) => {
          const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
          socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
          if (first.length > 0) socket.write(first);
          if (head.length > 0) upstream.write(head);
          socket.pipe(upstream).pipe(socket);
          for (const end of [socket, upstream]) end.on("error", () => [socket, upstream].forEach((one) => one.destroy()));
        });
        passed.on("response", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
        passed.on("error", () => socket.destroy());
        passed.end();
      });
    },
  };
}

export default defineConfig({
  plugins: [solid(), node()],
  build: {
    target: ["chrome120", "safari17"],
    // Only what has to be a file of its own is one, and nothing becomes a `data:` address: the policy allows those for pictures only.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        // Names without hashes: what did not change keeps its name and its bytes. The node answers with an ETag.
        entryFileNames: "app.js",
        chunkFileNames: "[name].js",
        assetFileNames: (asset) => (/\.(woff2)$/.test(asset.names[0] ?? "") ? "fonts/[name][extname]" : "app[extname]"),
      },
    },
  },
});
