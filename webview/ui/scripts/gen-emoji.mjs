// Writes src/emoji/data.json from emojibase-data: what the picker and the autocomplete need, and no more.
//
// One entry per emoji: [unicode, label, [shortcodes], [tags], [skin tones]]; groups in the order of the standard.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const read = (path) => JSON.parse(readFileSync(require.resolve(`emojibase-data/${path}`), "utf8"));

/** Twemoji, which stands in where the system has no emoji, has no newer ones; they would be empty boxes. */
const VERSION_MAX = 15;

const emoji = read("en/data.json").filter((one) => one.version <= VERSION_MAX);
const shortcodes = [read("en/shortcodes/github.json"), read("en/shortcodes/emojibase.json")];

/** The group of parts (skin tones, hair), which are no emoji of their own. */
const COMPONENTS = 2;

const codesOf = (hexcode) => [
  ...new Set(shortcodes.flatMap((table) => table[hexcode] ?? []).filter((code) => /^[\w+-]{1,32}$/.test(code))),
];

const groups = new Map();
for (const one of [...emoji].sort((a, b) => (a.order ?? 1e9) - (b.order ?? 1e9))) {
  if (one.group === undefined || one.group === COMPONENTS) continue;
  const codes = codesOf(one.hexcode);
  const entry = [one.emoji, one.label, codes.slice(0, 3), (one.tags ?? []).slice(0, 6)];
  const skins = (one.skins ?? []).filter((skin) => skin.hexcode.match(/1F3F[B-F]/g)?.length === 1).map((skin) => skin.emoji);
  if (skins.length === 5) entry.push(skins);
  if (!groups.has(one.group)) groups.set(one.group, []);
  groups.get(one.group).push(entry);
}

const data = [...groups.keys()].sort((a, b) => a - b).map((group) => groups.get(group));
const output = new URL("../src/emoji/data.json", import.meta.url);
writeFileSync(output, `[\n${data.map((group) => `[\n${group.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`).join(",\n")}\n]\n`);
console.log(`wrote ${data.flat().length} emoji in ${data.length} groups`);
