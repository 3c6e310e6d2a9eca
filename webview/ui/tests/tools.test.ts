// The small programs around the sources: that the ban on HTML sinks bites, that generated files are what the generators make.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { en } from "../src/catalogue/en";
import { pseudo } from "../src/catalogue/pseudo";
import { type EmojiTable, searchEmoji, withEmoji } from "../src/emoji/emoji";
// @ts-expect-error a script without types
import { sinksIn } from "../scripts/check-sinks.mjs";

test.each([
  "node.innerHTML = text;",
  "node.outerHTML = text;",
  'node["innerHTML"] = text;',
  "node[`outerHTML`] = text;",
  'node.insertAdjacentHTML("beforeend", text);',
  "document.write(text);",
  "document.writeln(text);",
  "node.setHTML(text);",
  "node.setHTMLUnsafe(text);",
  "new DOMParser();",
  "range.createContextualFragment(text);",
  "frame.srcdoc = text;",
  "document.implementation.createHTMLDocument(text);",
  "eval(text);",
  "new Function(text);",
  'setTimeout("text");',
  'document.createElement("script");',
  'document.createElement("iframe");',
  'node.setAttribute("onclick", text);',
  'node.setAttribute("style", text);',
  'node.setAttribute("href", text);',
  "parser.render(text);",
  "const x = <div innerHTML={text} />;",
  "const x = <div prop:innerHTML={text} />;",
  "const x = <iframe />;",
  'const x = <div style="color:red" />;',
  'const x = <div style={{ color: "red" }} />;',
])("the check refuses %s", (code) => {
  expect(sinksIn("x.tsx", code)).not.toEqual([]);
});

test.each([
  "node.textContent = text;",
  'document.createElement("span");',
  'node.setAttribute("role", text);',
  "const x = <div style={{ height: `${height}px` }} />;",
  "// innerHTML in a comment\nconst a = 1;",
  "render(() => null, root);",
])("the check lets %s be", (code) => {
  expect(sinksIn("x.tsx", code)).toEqual([]);
});

test("generated files are what the generators make of what they read", () => {
  const files = ["src/contract.ts", "src/emoji/data.json"];
  const before = files.map((file) => readFileSync(file, "utf8"));
  execFileSync("node", ["scripts/gen-contract.mjs"]);
  execFileSync("node", ["scripts/gen-emoji.mjs"]);
  expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(before);
});

test("the test language translates every text, whatever its shape", () => {
  const other = pseudo(en);
  const walk = (left: unknown, right: unknown, path: string): void => {
    if (typeof left === "string") expect(right, path).toMatch(/^⟦.*⟧$/s);
    else if (typeof left === "function") expect(typeof right, path).toBe("function");
    else if (left && typeof left === "object") {
      for (const [key, value] of Object.entries(left)) walk(value, (right as Record<string, unknown>)[key], `${path}.${key}`);
    }
  };
  walk(en, other, "");
  expect(other.message.replies(2)).toBe("⟦2 ŕéþļíéš··⟧");
});

test("sentences count", () => {
  expect(en.message.replies(1)).toBe("1 reply");
  expect(en.message.gap(12, 4)).toBe("12 messages missing, asking 4 peers");
  expect(en.message.delivery("held", 2, 1)).toBe("Held by 2 other members and 1 keeper");
  expect(en.composer.typing(["Ada"])).toBe("Ada is typing …");
  expect(en.composer.typing(["Ada", "Bob", "Eve"])).toBe("Ada, Bob, and Eve are typing …");
});

test("emoji are found by their code, then by name and word", () => {
  const table = JSON.parse(readFileSync("src/emoji/data.json", "utf8")) as [string, string, string[], string[]][][];
  const groups: EmojiTable = table.map((group) =>
    group.map(([unicode, label, codes, tags]) => ({ unicode, label, codes, tags })),
  );
  expect(searchEmoji(groups, "tea", 3).map((one) => one.unicode)).toContain("🍵");
  expect(searchEmoji(groups, "heart", 1)[0]?.unicode).toBe("❤️");
  expect(searchEmoji(groups, "no such thing", 3)).toEqual([]);
  expect(withEmoji("hi :tada: `:tada:` :nosuch: 10:30:00", groups)).toBe("hi 🎉 `:tada:` :nosuch: 10:30:00");
});
