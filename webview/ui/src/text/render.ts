// Tokens as elements. Only the elements named here are ever made, text only ever becomes text nodes, and no attribute takes a
// value out of a message except `data-href`, which `links.ts` has checked.
//
// Links have no `href`: a browser looks up the hosts of links it sees, which would tell others what one reads. They are opened
// by the list's handler, after a question.

import { say } from "../catalogue";
import { highlight } from "./highlight";
import { reveal, revealed } from "./hidden";
import { safeUrl } from "./links";
import { type Token, tokensOf } from "./markdown";

/** What a text needs to know of the world to be shown. */
export interface TextWorld {
  accountName(id: string): string | undefined;
  channelName(id: string): string | undefined;
  me: string | undefined;
}

/** Emoji that alone are shown large. */
const JUMBO_MAX = 27;
const ONLY_EMOJI =
  /^(?:\s*(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*)\s*)+$/u;

/** Block tokens that open an element, and the element. */
const BLOCKS: Record<string, string> = {
  paragraph_open: "p",
  blockquote_open: "blockquote",
  bullet_list_open: "ul",
  ordered_list_open: "ol",
  list_item_open: "li",
  table_open: "table",
  thead_open: "thead",
  tbody_open: "tbody",
  tr_open: "tr",
  th_open: "th",
  td_open: "td",
  heading_open: "p",
};

/** Inline tokens that open an element, and the element. */
const INLINES: Record<string, string> = { strong_open: "strong", em_open: "em", s_open: "s" };

/** Makes the body of a message. */
export function renderText(text: string, world: TextWorld): HTMLElement {
  const body = element("div", "body");
  body.dir = "auto";
  if (text.length < 400 && ONLY_EMOJI.test(text) && graphemes(text) <= JUMBO_MAX) body.classList.add("jumbo");
  const stack: HTMLElement[] = [body];
  for (const token of tokensOf(text)) renderBlock(token, stack, world);
  // What stands behind a single paragraph can stand on its last line.
  if (body.childElementCount === 1 && body.firstElementChild?.tagName === "P") body.classList.add("body-line");
  return body;
}

function renderBlock(token: Token, stack: HTMLElement[], world: TextWorld): void {
  const parent = stack[stack.length - 1] as HTMLElement;
  const tag = BLOCKS[token.type];
  if (tag) {
    // Items of a tight list have hidden paragraphs: their text stands in the item itself.
    if (token.hidden) {
      stack.push(parent);
      return;
    }
    const opened = element(tag);
    if (token.type === "heading_open") opened.className = `heading heading-${Math.min(3, Number(token.tag.slice(1)))}`;
    if (token.type === "ordered_list_open") (opened as HTMLOListElement).start = Number(token.attrGet("start") ?? 1);
    if (token.type === "th_open" || token.type === "td_open") align(opened, token);
    if (token.type === "table_open") {
      const frame = element("div", "table");
      frame.append(opened);
      parent.append(frame);
    } else {
      parent.append(opened);
    }
    stack.push(opened);
    return;
  }
  switch (token.type) {
    case "inline":
      renderInline(token.children ?? [], parent, world);
      break;
    case "fence":
      parent.append(codeBlock(token.content.replace(/\n$/, ""), token.info));
      break;
    case "hr":
      parent.append(element("hr"));
      break;
    default:
      if (token.nesting === -1 && stack.length > 1) stack.pop();
      else if (token.content) parent.append(token.content);
  }
}

function renderInline(tokens: Token[], parent: HTMLElement, world: TextWorld): void {
  const stack: HTMLElement[] = [parent];
  for (const token of tokens) {
    const into = stack[stack.length - 1] as HTMLElement;
    const tag = INLINES[token.type];
    if (tag) {
      open(stack, element(tag));
      continue;
    }
    switch (token.type) {
      case "text":
        into.append(token.content);
        break;
      case "softbreak":
      case "hardbreak":
        into.append(element("br"));
        break;
      case "code_inline": {
        const code = element("code");
        appendRevealed(code, token.content);
        into.append(code);
        break;
      }
      case "spoiler_open":
        open(stack, spoiler());
        break;
      case "link_open":
        open(stack, link(String(token.attrGet("href") ?? "")));
        break;
      case "link_close":
        closeLink(stack);
        break;
      case "mention_account":
        into.append(mention(token.content, world));
        break;
      case "mention_channel":
        into.append(channelMention(token.content, world));
        break;
      case "mention_everyone": {
        const everyone = element("span", "mention mention-me");
        everyone.textContent = "@everyone";
        into.append(everyone);
        break;
      }
      default:
        if (token.nesting === -1 && stack.length > 1) stack.pop();
        else if (token.content) into.append(token.content);
    }
  }
}

function open(stack: HTMLElement[], opened: HTMLElement): void {
  (stack[stack.length - 1] as HTMLElement).append(opened);
  stack.push(opened);
}

function element(tag: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

function align(cell: HTMLElement, token: Token): void {
  const found = /text-align:(left|center|right)/.exec(String(token.attrGet("style") ?? ""));
  if (found) cell.className = `align-${found[1]}`;
}

function link(href: string): HTMLElement {
  const url = safeUrl(href);
  if (!url) return element("span");
  const made = element("a", "link");
  made.setAttribute("role", "link");
  made.tabIndex = 0;
  made.dataset.href = url;
  return made;
}

/** The visible text of a link must not hide anything either. */
function closeLink(stack: HTMLElement[]): void {
  if (stack.length < 2) return;
  const closed = stack.pop() as HTMLElement;
  for (const node of [...closed.childNodes]) {
    if (node instanceof Text) {
      const shown = document.createDocumentFragment();
      appendRevealed(shown, node.data);
      node.replaceWith(shown);
    }
  }
}

function spoiler(): HTMLElement {
  const made = element("span", "spoiler");
  made.setAttribute("role", "button");
  made.setAttribute("aria-expanded", "false");
  made.setAttribute("aria-label", say().text.spoiler);
  made.tabIndex = 0;
  made.dataset.spoiler = "closed";
  return made;
}

function mention(id: string, world: TextWorld): HTMLElement {
  const made = element("span", id === world.me ? "mention mention-me" : "mention");
  made.setAttribute("role", "button");
  made.tabIndex = 0;
  made.dataset.account = id;
  made.append(`@${revealed(world.accountName(id) ?? say().text.unknownPerson)}`);
  return made;
}

function channelMention(id: string, world: TextWorld): HTMLElement {
  const name = world.channelName(id);
  const made = element("span", "mention mention-channel");
  made.append(`#${name === undefined ? say().text.unknownChannel : revealed(name)}`);
  if (name === undefined) return made;
  made.setAttribute("role", "link");
  made.tabIndex = 0;
  made.dataset.channel = id;
  return made;
}

function codeBlock(text: string, info: string): HTMLElement {
  const language = /^[A-Za-z0-9+#_-]{1,24}/.exec(info.trim())?.[0] ?? "";
  const block = element("div", "code");
  const bar = element("div", "code-bar");
  const name = element("span", "code-language");
  name.textContent = language;
  const copy = element("button", "code-copy") as HTMLButtonElement;
  copy.type = "button";
  copy.dataset.copy = "";
  copy.textContent = say().text.copyCode;
  bar.append(name, copy);
  const pre = element("pre");
  pre.tabIndex = 0;
  pre.dir = "ltr";
  const code = element("code");
  appendRevealed(code, text);
  pre.append(code);
  block.append(bar, pre);
  if (language) highlight(code, text, language);
  return block;
}

/** Appends a text with its hidden characters made visible. */
export function appendRevealed(into: HTMLElement | DocumentFragment, text: string): void {
  for (const piece of reveal(text)) {
    if ("text" in piece) {
      into.append(piece.text);
      continue;
    }
    const mark = element("span", "hidden-character");
    mark.textContent = piece.hidden;
    mark.title = piece.name;
    into.append(mark);
  }
}

function graphemes(text: string): number {
  return [...new Intl.Segmenter().segment(text.replaceAll(/\s/g, ""))].length;
}
