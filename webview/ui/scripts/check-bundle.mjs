// Looks at what was built: how much script a start fetches, and that nothing in it needs what the content policy forbids.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
/** Bytes of script that a start may fetch, compressed. */
const INITIAL_MAX = 300 * 1024;
/** Parts fetched when needed. */
const LAZY = ["highlighter.js", "data.js"];

const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(fileURLToPath(DIST), `${entry.parentPath}/${entry.name}`));
const faults = [];

let initial = 0;
for (const file of files.filter((name) => name.endsWith(".js"))) {
  const text = readFileSync(new URL(file, DIST), "utf8");
  const size = gzipSync(text, { level: 9 }).length;
  const lazy = LAZY.includes(file);
  if (!lazy) initial += size;
  console.log(`${lazy ? "later  " : "initial"} ${(size / 1024).toFixed(1).padStart(7)} kB  ${file}`);
  // A style attribute in a template is refused by the policy when the browser parses it.
  if (/<[a-z][^<>`]*\sstyle=/.test(text)) faults.push(`${file}: a template has a style attribute`);
}
if (initial > INITIAL_MAX) faults.push(`initial script is ${initial} bytes compressed, at most ${INITIAL_MAX} allowed`);

const page = readFileSync(new URL("index.html", DIST), "utf8");
if (/<script(?![^>]*\ssrc=)/.test(page)) faults.push("index.html: a script without an address");
if (/<style|\sstyle=|\son[a-z]+=/.test(page)) faults.push("index.html: inline style or handler");
if (/(?:src|href)="(?:https?:)?\/\//.test(page)) faults.push("index.html: something from elsewhere");

for (const file of files.filter((name) => name.endsWith(".css"))) {
  const text = readFileSync(new URL(file, DIST), "utf8");
  if (/@import/.test(text)) faults.push(`${file}: something from elsewhere`);
  for (const [, address] of text.matchAll(/url\(["']?([^"')]+)/g)) {
    if (!files.includes(address.replace(/^\//, ""))) faults.push(`${file}: ${address} is not among the files`);
  }
}

const total = files.reduce((sum, file) => sum + statSync(new URL(file, DIST)).size, 0);
console.log(`initial script ${(initial / 1024).toFixed(1)} kB compressed; ${files.length} files, ${(total / 1024 / 1024).toFixed(1)} MB`);
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
