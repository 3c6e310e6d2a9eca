// Colours of code. The highlighter comes when the first block of code does; it gives a tree, never HTML.

import type { Element, ElementContent, Root } from "hast";

import { hasHidden } from "./hidden";

/** Characters of a block that is highlighted; longer ones stay plain, since the highlighter runs between two paints. */
const HIGHLIGHT_CHARS = 8_000;

type Highlighter = { registered(language: string): boolean; highlight(language: string, text: string): Root };

let loading: Promise<Highlighter> | null = null;

function load(): Promise<Highlighter> {
  loading ??= import("./highlighter").then(({ highlighter }) => highlighter);
  return loading;
}

/** Colours `code`, which shows `text`, as soon as the highlighter is here. Text with hidden characters stays as it is. */
export function highlight(code: HTMLElement, text: string, language: string): void {
  if (text.length > HIGHLIGHT_CHARS || hasHidden(text)) return;
  const name = language.toLowerCase();
  load()
    .then((highlighter) => {
      if (!highlighter.registered(name)) return;
      const coloured = document.createDocumentFragment();
      for (const node of highlighter.highlight(name, text).children) append(coloured, node as ElementContent);
      code.replaceChildren(coloured);
    })
    .catch(() => {
      // Without colours it is as readable.
    });
}

function append(into: Node & ParentNode, node: ElementContent): void {
  if (node.type === "text") {
    into.append(node.value);
  } else if (node.type === "element") {
    const span = document.createElement("span");
    span.className = classes(node);
    for (const child of node.children) append(span, child);
    into.append(span);
  }
}

/** Only the highlighter's own names. */
function classes(node: Element): string {
  const names = Array.isArray(node.properties.className) ? node.properties.className : [];
  return names.filter((name) => typeof name === "string" && /^(hljs-[a-z_-]+|[a-z]+_)$/.test(name)).join(" ");
}
