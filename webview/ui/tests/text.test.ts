import { describe, expect, test } from "vitest";

import { reveal, revealed } from "../src/text/hidden";
import { initials, hueOf, HUES } from "../src/text/ids";
import { destination, safeUrl } from "../src/text/links";
import { decode, encode, pick, type Picked } from "../src/text/mentions";
import { plain } from "../src/text/plain";
import { renderText, type TextWorld } from "../src/text/render";

const ADA = `acc_${"a".repeat(52)}` as const;
const CHANNEL = `chn_${"b".repeat(52)}` as const;
const world: TextWorld = {
  accountName: (id) => (id === ADA ? "Ada" : undefined),
  channelName: (id) => (id === CHANNEL ? "books" : undefined),
  me: ADA,
};
const html = (text: string) => {
  const shown = renderText(text, world);
  for (const element of shown.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) if (!/^data-(href|spoiler)$|^class$/.test(name)) element.removeAttribute(name);
  }
  return [...shown.children].map((child) => child.outerHTML).join("");
};

describe("what people expect of their signs", () => {
  test.each([
    ["**bold** *italic* ~~gone~~", "<p><strong>bold</strong> <em>italic</em> <s>gone</s></p>"],
    ["`code`", "<p><code>code</code></p>"],
    ["one\ntwo", "<p>one<br>two</p>"],
    ["> quoted", "<blockquote><p>quoted</p></blockquote>"],
    ["- a\n- b", "<ul><li>a</li><li>b</li></ul>"],
    ["2. a\n3. b", "<ol><li>a</li><li>b</li></ol>"],
    ["# Title", '<p class="heading heading-1">Title</p>'],
    ["||secret **thing**||", '<p><span class="spoiler" data-spoiler="closed">secret <strong>thing</strong></span></p>'],
    ["a || b", "<p>a || b</p>"],
    ["&amp; &lt;", "<p>&amp;amp; &amp;lt;</p>"],
    ["    not code", "<p>not code</p>"],
    ["title\n---", "<p>title</p><hr>"],
    ["<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"],
    ["![pic](https://a.example/x.png)", '<p>!<a class="link" data-href="https://a.example/x.png">pic</a></p>'],
  ])("%j", (text, expected) => expect(html(text)).toBe(expected));

  test("tables keep their alignment without a style", () => {
    expect(html("| a | b |\n|:--|--:|\n| 1 | 2 |")).toContain('<td class="align-right">2</td>');
  });

  test("mentions are names, unknown ones say so, and everybody stands out", () => {
    const shown = renderText(`<@${ADA}> <#${CHANNEL}> <@acc_${"c".repeat(52)}> @everyone`, world);
    expect(shown.textContent).toBe("@Ada #books @unknown person @everyone");
    expect(shown.querySelectorAll(".mention-me").length).toBe(2);
  });

  test("mentions in code stay as they were written", () => {
    expect(renderText(`\`<@${ADA}>\``, world).textContent).toBe(`<@${ADA}>`);
  });

  test("emoji alone are large, with words they are not", () => {
    expect(renderText("🎉 👩‍💻 ❤️", world).classList).toContain("jumbo");
    expect(renderText("🎉 yes", world).classList).not.toContain("jumbo");
    expect(renderText("123", world).classList).not.toContain("jumbo");
  });
});

describe("links", () => {
  test("only addresses written as such, of three kinds", () => {
    expect(html("see https://a.example/x?y=1 now")).toContain('data-href="https://a.example/x?y=1"');
    expect(html("readme.md example.com a@b.example")).toBe("<p>readme.md example.com a@b.example</p>");
    expect(html("<mailto:a@b.example>")).toContain('data-href="mailto:a@b.example"');
    expect(html("ftp://a.example")).toBe("<p>ftp://a.example</p>");
  });

  test("never carry an address the browser would look up", () => {
    expect(renderText("https://a.example", world).querySelector("a")?.hasAttribute("href")).toBe(false);
  });

  test("the address is normalised before it is looked at", () => {
    expect(safeUrl("HTTPS://EXAMPLE.com/")).toBe("https://example.com/");
    for (const bad of ["javascript:x", "data:x", "//a.example", "https://", "x", " https:// a"]) expect(safeUrl(bad), bad).toBeNull();
    expect(safeUrl(`https://a.example/${"x".repeat(3_000)}`)).toBeNull();
  });

  test("other scripts are shown in punycode and in their own", () => {
    expect(destination("https://xn--pple-43d.example/")).toMatchObject({ host: "xn--pple-43d.example", written: "аpple.example" });
    expect(destination(safeUrl("https://bücher.example/") as string)).toMatchObject({
      host: "xn--bcher-kva.example",
      written: "bücher.example",
    });
    expect(destination("https://plain.example/").written).toBeNull();
  });

  test("a user name before the host is called what it is", () => {
    expect(destination("https://bank.example@evil.example/")).toMatchObject({ host: "evil.example", account: "bank.example" });
  });
});

describe("hidden characters", () => {
  test("are shown with their code", () => {
    expect(revealed("a\u202Eb")).toBe("a[U+202E]b");
    expect(revealed("a\u200Bb\uFEFF")).toBe("a[U+200B]b[U+FEFF]");
    expect(reveal("\u{E0041}")).toEqual([{ hidden: "U+E0041", name: "tag character" }]);
  });

  test("stay where they hold emoji and letters together", () => {
    for (const text of ["👩‍💻", "❤️‍🔥", "👨‍👩‍👧‍👦", "क्‍ष", "می‌خواهم"]) expect(revealed(text), text).toBe(text);
    expect(revealed("a\u200Db")).toBe("a[U+200D]b");
  });

  test("are visible in links and code", () => {
    expect(renderText("`a\u202Eb`", world).textContent).toBe("aU+202Eb");
    expect(renderText("[x\u202Ey](https://a.example)", world).textContent).toBe("xU+202Ey");
  });
});

describe("mentions while writing", () => {
  test("what was picked becomes a token, and back", () => {
    const picked: Picked = new Map();
    pick(picked, "@Ada", `<@${ADA}>`);
    expect(encode("hi @Ada, and @Adam, mail@Ada", picked)).toBe(`hi <@${ADA}>, and @Adam, mail@Ada`);
    const again: Picked = new Map();
    expect(decode(`hi <@${ADA}> in <#${CHANNEL}>`, again, (id) => (id === ADA ? "Ada" : "books"))).toBe("hi @Ada in #books");
    expect(encode("hi @Ada in #books", again)).toBe(`hi <@${ADA}> in <#${CHANNEL}>`);
  });

  test("two people of one name stay two", () => {
    const picked: Picked = new Map();
    const other = `acc_${"z".repeat(52)}` as const;
    const first = pick(picked, "@Ada", `<@${ADA}>`);
    const second = pick(picked, "@Ada", `<@${other}>`);
    expect(second).not.toBe(first);
    expect(encode(`${first} ${second}`, picked)).toBe(`<@${ADA}> <@${other}>`);
  });

  test("names full of signs are no patterns", () => {
    const picked: Picked = new Map();
    pick(picked, "@a.*(b)", `<@${ADA}>`);
    expect(encode("@a.*(b) @axx(b)", picked)).toBe(`<@${ADA}> @axx(b)`);
  });
});

test("one line of a message is its words, spoilers covered", () => {
  expect(plain(`**hi** <@${ADA}>\n||no|| \`x\`\n- a`, world)).toBe("hi @Ada ▒▒▒ x a");
});

test("letters and colours stand for any name", () => {
  expect(initials("Tea & Books", 2)).toBe("TB");
  expect(initials("ünal", 1)).toBe("Ü");
  expect(initials("👩‍💻 dev", 1)).toBe("👩‍💻");
  expect(initials("…", 1)).toBe("?");
  const hues = new Set(Array.from({ length: 200 }, (_, at) => hueOf(`acc_${at.toString(32).padEnd(52, "q")}`)));
  expect(hues.size).toBe(HUES);
});
