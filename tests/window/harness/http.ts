// Requests that a browser or `fetch` would not let a test send: other hosts, odd methods, broken bodies.

import { request } from "node:http";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends one request on a connection of its own. */
export function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const lines = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(lines), body });
      });
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The security headers of a node at a port, by name. */
export function securityHeaders(port: number): Record<string, string> {
  return {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
      `connect-src 'self' ws://127.0.0.1:${port}; font-src 'self'; frame-src 'none'; object-src 'none'; ` +
      "base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
  };
}
