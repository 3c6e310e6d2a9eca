// Refuses every road by which text could become HTML or script in our own sources, and every inline style, which the content
// policy refuses anyway. Message content must stay text whatever happens, so there is no way to switch this off for a line.
//
// Usage: check-sinks.mjs [FOLDER …]; `src` when none is named.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { parseSync } from "rolldown/utils";

/** Names that make HTML, documents or script out of text, wherever they stand: as a property, a JSX attribute, a string or a call. */
const SINKS = new Set([
  "innerHTML",
  "outerHTML",
  "insertAdjacentHTML",
  "setHTML",
  "setHTMLUnsafe",
  "parseHTMLUnsafe",
  "getHTML",
  "srcdoc",
  "createContextualFragment",
  "DOMParser",
  "XSLTProcessor",
  "parseFromString",
  "createHTMLDocument",
  "execCommand",
  "eval",
  "Function",
  "importScripts",
  "dangerouslySetInnerHTML",
]);
/** Of `document` only. */
const DOCUMENT_SINKS = new Set(["write", "writeln", "open"]);
/** Elements that load or run something; none is ever made. */
const ELEMENTS = new Set(["script", "iframe", "frame", "object", "embed", "base", "meta", "link", "style", "template", "noscript"]);
/** The parser's rendering to HTML. */
const RENDERERS = new Set(["render", "renderInline"]);

/** Finds sinks in one source text. */
export function sinksIn(file, text) {
  const lang = file.endsWith(".tsx") ? "tsx" : "ts";
  const { program, errors } = parseSync(file, text, { lang, sourceType: "module" });
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const found = [];
  const fault = (node, what) => {
    const line = text.slice(0, node.start).split("\n").length;
    found.push(`${file}:${line}: ${what}`);
  };
  walk(program, (node, parent) => look(node, parent, fault));
  return found;
}

function look(node, parent, fault) {
  switch (node.type) {
    case "Identifier":
    case "JSXIdentifier":
      if (SINKS.has(node.name) && !isType(parent)) fault(node, node.name);
      break;
    case "Literal":
      if (typeof node.value === "string" && SINKS.has(node.value)) fault(node, `"${node.value}"`);
      break;
    case "TemplateElement":
      if (SINKS.has(node.value.cooked)) fault(node, node.value.cooked);
      break;
    case "MemberExpression": {
      const property = node.property.name ?? node.property.value;
      if (node.object.name === "document" && DOCUMENT_SINKS.has(property)) fault(node, `document.${property}`);
      if (/^(parser|md|markdown\w*)$/i.test(node.object.name ?? "") && RENDERERS.has(property)) fault(node, `${node.object.name}.${property}`);
      break;
    }
    case "CallExpression": {
      const callee = node.callee.property?.name ?? node.callee.name;
      const first = node.arguments[0];
      if (/^createElement(NS)?$/.test(callee ?? "")) {
        const tag = callee === "createElement" ? first : node.arguments[1];
        if (tag?.type === "Literal" && ELEMENTS.has(String(tag.value).toLowerCase())) fault(node, `createElement("${tag.value}")`);
      }
      if (callee === "setAttribute" && first?.type === "Literal" && /^(on|style$|src$|href$|srcdoc$|action$|formaction$)/i.test(String(first.value))) {
        fault(node, `setAttribute("${first.value}")`);
      }
      if (/^set(Timeout|Interval)$/.test(callee ?? "") && first?.type === "Literal") fault(node, `${callee} of a text`);
      break;
    }
    case "JSXOpeningElement":
      if (ELEMENTS.has(node.name.name)) fault(node, `<${node.name.name}>`);
      break;
    case "JSXAttribute":
      if (node.name.name === "style" && !isDynamicStyle(node.value)) fault(node, "a style attribute: the content policy refuses it");
      if (node.name.type === "JSXNamespacedName") fault(node, `${node.name.namespace.name}:${node.name.name.name}`);
      break;
    default:
      break;
  }
}

/** An object whose values are computed becomes calls on `element.style`; anything constant becomes part of a template. */
function isDynamicStyle(value) {
  const object = value?.type === "JSXExpressionContainer" ? value.expression : null;
  return (
    object?.type === "ObjectExpression" &&
    object.properties.every((property) => property.type === "Property" && property.value.type !== "Literal")
  );
}

function isType(parent) {
  return parent?.type?.startsWith("TS") ?? false;
}

function walk(node, visit, parent = null) {
  if (!node || typeof node.type !== "string") return;
  visit(node, parent);
  for (const key of Object.keys(node)) {
    const child = node[key];
    if (Array.isArray(child)) for (const one of child) walk(one, visit, node);
    else if (child && typeof child === "object") walk(child, visit, node);
  }
}

function sources(path) {
  if (statSync(path).isFile()) return /\.tsx?$/.test(path) && !path.endsWith(".d.ts") ? [path] : [];
  return readdirSync(path).flatMap((name) => sources(join(path, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const roots = process.argv.slice(2);
  const files = (roots.length > 0 ? roots : ["src"]).flatMap(sources);
  const found = files.flatMap((file) => sinksIn(file, readFileSync(file, "utf8")));
  if (found.length > 0) {
    console.error(found.join("\n"));
    console.error(`${found.length} ways for text to become HTML or script`);
    process.exit(1);
  }
  console.log(`${files.length} files without a way for text to become HTML or script`);
}
