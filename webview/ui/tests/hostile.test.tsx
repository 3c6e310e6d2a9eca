// Whatever others write stays text, wherever it is shown.

import { render } from "solid-js/web";
import { afterEach, describe, expect, test } from "vitest";

import { en } from "../src/catalogue/en";
import { Name } from "../src/components/name";
import { Failure } from "../src/rpc/failure";
import { hasHidden, revealed } from "../src/text/hidden";
import { plain } from "../src/text/plain";
import { renderText, type TextWorld } from "../src/text/render";
import payloads from "./payloads.json";

const ELEMENTS = new Set(
  "DIV P STRONG EM S CODE PRE BLOCKQUOTE UL OL LI A BR HR TABLE THEAD TBODY TR TH TD SPAN BUTTON BDI".split(" "),
);
const ATTRIBUTES = new Set("class dir role tabindex type title start aria-expanded aria-label data-href data-account data-channel data-spoiler data-copy".split(" "));

const world = (name: string): TextWorld => ({ accountName: () => name, channelName: () => name, me: undefined });

/** Every element and attribute is on the list, and no address leads where it must not. */
function expectHarmless(root: ParentNode): void {
  for (const element of root.querySelectorAll("*")) {
    expect(ELEMENTS, `element ${element.tagName}`).toContain(element.tagName);
    for (const { name, value } of element.attributes) {
      expect(ATTRIBUTES, `attribute ${name} of ${element.tagName}`).toContain(name);
      if (name === "data-href") expect(value).toMatch(/^(https?:\/\/[^/]|mailto:)/);
      if (name === "class") expect(value).toMatch(/^[a-z0-9 _-]*$/);
    }
  }
  expect((window as { pwned?: unknown }).pwned).toBeUndefined();
}

afterEach(() => document.body.replaceChildren());

test("there are at least a hundred payloads", () => {
  expect(new Set(payloads).size).toBeGreaterThanOrEqual(100);
});

describe.each(payloads.map((payload, index) => [index, payload] as const))("payload %i", (_, payload) => {
  test("as the body of a message", () => {
    const body = renderText(payload, world("Ada"));
    document.body.append(body);
    expectHarmless(document.body);
  });

  test("as the name of a mentioned person and channel", () => {
    const id = "a".repeat(52);
    const body = renderText(`<@acc_${id}> and <#chn_${id}>`, world(payload));
    document.body.append(body);
    expectHarmless(document.body);
    expect(body.querySelectorAll("*").length).toBeLessThanOrEqual(3);
  });

  test("as a name: of people, channels, servers, topics, invites", () => {
    const dispose = render(() => <Name text={payload} />, document.body);
    expectHarmless(document.body);
    dispose();
  });

  test("as one line, and as the text of an error", () => {
    expect(typeof plain(payload, world("Ada"))).toBe("string");
    expect(typeof en.failure.text(new Failure("unknown", 1, payload))).toBe("string");
  });

  test("hides nothing once its hidden characters are shown", () => {
    expect(hasHidden(revealed(payload))).toBe(false);
  });

  test("is parsed in a moment", () => {
    const begun = performance.now();
    renderText(payload, world("Ada"));
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

test("the check sees what a careless renderer would have made", () => {
  const careless = document.createElement("div");
  careless.innerHTML = "<p>fine</p><img src=x onerror=1>";
  expect(() => expectHarmless(careless)).toThrow(/element IMG/);
  careless.innerHTML = "<p onclick=1>fine</p>";
  expect(() => expectHarmless(careless)).toThrow(/attribute onclick/);
  careless.innerHTML = "<a data-href='javascript:1'>fine</a>";
  expect(() => expectHarmless(careless)).toThrow();
});

test("the worst texts that fit into a message are parsed in a moment", () => {
  for (const unit of ["*", "_", "[", "](", "||", "`", "> ", "- ", "<", "&", "a*b_", "![](", "|a", "<@", "https://a.b ", "~~", "\\"]) {
    const text = unit.repeat(Math.ceil(8_192 / unit.length)).slice(0, 8_192);
    const begun = performance.now();
    renderText(text, world("Ada"));
    expect(performance.now() - begun, unit).toBeLessThan(1_500);
  }
});
