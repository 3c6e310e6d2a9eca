// Writes src/contract.ts from the OpenRPC document: one interface per schema, one entry per method, the table of error codes.
// The same document gives the same file, byte for byte.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = new URL("../../../rpc/openrpc.json", import.meta.url);
const OUTPUT = new URL("../src/contract.ts", import.meta.url);

const document = JSON.parse(readFileSync(DOCUMENT, "utf8"));
const schemas = document.components.schemas;

/** Pages and results of creation are numbered in the order they were met; a number must not become a name here. */
const inlined = (name) => /^(Page|Created)\d*$/.test(name);

/** What stands in their place: a page of a named thing, a named thing that was made, or the whole shape. */
function inline(name, indent) {
  const schema = schemas[name];
  const properties = Object.keys(schema.properties ?? {});
  if (name.startsWith("Page")) return `Page<${typeOf(schema.properties.items.items, indent)}>`;
  const own = properties.filter((property) => property !== "replayed").join();
  const made = Object.keys(schemas).find(
    (other) => !inlined(other) && Object.keys(schemas[other].properties ?? {}).join() === own,
  );
  return made ? `Made<${made}>` : typeOf({ ...schema, $ref: undefined }, indent);
}

const nameOf = (ref) => ref.split("/").at(-1);
const quoted = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const union = (members) => [...new Set(members)].join(" | ");

function typeOf(schema, indent) {
  if (schema === true || schema === undefined) return "unknown";
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return inlined(name) ? inline(name, indent) : name;
  }
  if (schema.allOf) return schema.allOf.map((part) => typeOf(part, indent)).join(" & ");
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return union(options.map((option) => typeOf(option, indent)));
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, indent)));
  switch (schema.type) {
    case "string": {
      const prefix = /^\^([a-z]+_)\[/.exec(schema.pattern ?? "");
      return prefix ? `\`${prefix[1]}\${string}\`` : "string";
    }
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array": {
      const item = typeOf(schema.items, indent);
      return /[|&{]/.test(item) ? `Array<${item}>` : `${item}[]`;
    }
    case "object":
      return objectOf(schema, indent);
    default:
      return "unknown";
  }
}

function objectOf(schema, indent) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    return values && typeof values === "object" ? `Record<string, ${typeOf(values, indent)}>` : "Record<string, unknown>";
  }
  const required = new Set(schema.required ?? []);
  const lines = properties.map(([name, property]) =>
    member(name, property, required.has(name), `${indent}  `),
  );
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function member(name, schema, required, indent) {
  const text = describe(schema.description, indent);
  return `${text}${indent}${quoted(name)}${required ? "" : "?"}: ${typeOf(schema, indent)};`;
}

function describe(text, indent) {
  if (!text) return "";
  const lines = text.replaceAll("*/", "* /").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

const parts = [
  "// Generated from rpc/openrpc.json by `npm run gen`; do not edit.\n",
  `/** Version of the contract. */\nexport const CONTRACT_VERSION = ${JSON.stringify(document.info.version)};\n`,
];

parts.push(
  "/** A page of a list. */\nexport type Page<T> = {\n  items: T[];\n  next_cursor?: string | null;\n  prev_cursor?: string | null;\n};\n",
  "/** Something was made; `replayed` tells that this is the first call's result come again. */\nexport type Made<T> = T & { replayed?: boolean };\n",
);

for (const name of Object.keys(schemas).sort()) {
  if (inlined(name)) continue;
  parts.push(`${describe(schemas[name].description, "")}export type ${name} = ${typeOf(schemas[name], "")};\n`);
}

const methods = [...document.methods].sort((a, b) => (a.name < b.name ? -1 : 1));
const entries = methods.map((method) => {
  const params = method.params.map((param) => member(param.name, param.schema, param.required, "      "));
  const shape = params.length === 0 ? "Record<string, never>" : `{\n${params.join("\n")}\n    }`;
  const text = describe(method.summary, "  ");
  return `${text}  ${JSON.stringify(method.name)}: {\n    params: ${shape};\n    result: ${typeOf(method.result.schema, "    ")};\n  };`;
});
parts.push(`/** Every method of the node: its parameters and its result. */\nexport interface Methods {\n${entries.join("\n")}\n}\n`);

const names = (list) => list.map((method) => `  ${JSON.stringify(method.name)},\n`).join("");
const nonced = methods.filter((method) => method.params.some((param) => param.name === "nonce"));
const reads = methods.filter((method) => ["read", "public"].includes(method["x-scope"]) && !method["x-subscription"]);
parts.push(
  `/** Methods that make something: repeatable with their nonce. */\nexport const NONCED: ReadonlySet<string> = new Set([\n${names(nonced)}]);\n`,
  `/** Methods that change nothing: repeatable as they are. */\nexport const READS: ReadonlySet<string> = new Set([\n${names(reads)}]);\n`,
);

const subscriptions = methods
  .filter((method) => method["x-subscription"])
  .map((method) => {
    const { notification, unsubscribe } = method["x-subscription"];
    return `  ${JSON.stringify(method.name)}: { notification: ${JSON.stringify(notification)}, unsubscribe: ${JSON.stringify(unsubscribe)} },`;
  });
parts.push(
  `/** Methods that open a stream, the method its items come by, and the one that ends it. */\nexport const SUBSCRIPTIONS = {\n${subscriptions.join("\n")}\n} as const;\n`,
);

const errors = Object.entries(document.components.errors ?? {})
  .map(([kind, error]) => [kind, error.code])
  .sort((a, b) => a[1] - b[1]);
parts.push(
  `/** Error codes by kind. */\nexport const ERRORS = {\n${errors.map(([kind, code]) => `  ${kind}: ${code},`).join("\n")}\n} as const;\n`,
);

writeFileSync(OUTPUT, parts.join("\n"));
console.log(`wrote ${fileURLToPath(OUTPUT)}: ${methods.length} methods`);
