// Message text as tokens. The parser's own rendering to HTML is never used: render.ts makes elements of the tokens.

import MarkdownIt, { type StateInline, type Token } from "markdown-it";

import { safeUrl } from "./links";

/** Nesting of quotes and lists that is still shown as such. */
const NESTING_MAX = 12;

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false, maxNesting: NESTING_MAX });

// Off: pictures (nothing is loaded from elsewhere), what hides text or turns it into something it does not look like
// (reference definitions, entities, underlined headings), and code by indentation, which people do not mean.
parser.disable(["image", "reference", "entity", "lheading", "code", "html_block", "html_inline"]);
parser.validateLink = (url) => safeUrl(url) !== null;
parser.normalizeLink = (url) => safeUrl(url) ?? "";
parser.normalizeLinkText = (text) => text;
// Only what is written as an address is one: `example.com` and `readme.md` stay text.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
for (const scheme of ["ftp:", "//"]) parser.linkify.add(scheme, null);

/** `<@acc_…>`, `<#chn_…>`: a person or a channel by id, shown by name. */
const MENTION = /^<(@acc_|#chn_)([a-z2-7]{52})>/;

parser.inline.ruler.before("autolink", "mention", (state: StateInline, silent: boolean) => {
  if (state.src.charCodeAt(state.pos) !== 0x3c) return false;
  const found = MENTION.exec(state.src.slice(state.pos, state.pos + 60));
  if (!found) return false;
  if (!silent) {
    const token = state.push(found[1] === "@acc_" ? "mention_account" : "mention_channel", "", 0);
    token.content = `${found[1]?.slice(1)}${found[2]}`;
  }
  state.pos += found[0].length;
  return true;
});

parser.inline.ruler.before("autolink", "everyone", (state: StateInline, silent: boolean) => {
  if (state.src.charCodeAt(state.pos) !== 0x40 || !/^@everyone\b/.test(state.src.slice(state.pos, state.pos + 10))) {
    return false;
  }
  if (!silent) state.push("mention_everyone", "", 0);
  state.pos += "@everyone".length;
  return true;
});

// `||text||` as the delimiter rule of strike-through does it: pairs are found by the parser after all of the line is read.
parser.inline.ruler.before("emphasis", "spoiler", (state: StateInline, silent: boolean) => {
  if (silent || !state.src.startsWith("||", state.pos)) return false;
  const end = state.src.indexOf("||", state.pos + 2);
  if (end <= state.pos + 2 || end > state.posMax) return false;
  const { posMax } = state;
  state.push("spoiler_open", "", 1);
  state.pos += 2;
  state.posMax = end;
  state.md.inline.tokenize(state);
  state.posMax = posMax;
  state.pos = end + 2;
  state.push("spoiler_close", "", -1);
  return true;
});

// Text runs stop at these characters, so that the rules above are asked there: `|` and `@` are not among the parser's own.
parser.inline.ruler.at("text", (state: StateInline, silent: boolean) => {
  const rest = state.src.slice(state.pos, state.posMax);
  const stop = rest.search(/[\n!#$%&*+\-:<=>@[\\\]^_`{|}~]/);
  if (stop === 0) return false;
  const run = stop < 0 ? rest : rest.slice(0, stop);
  if (run === "") return false;
  if (!silent) state.pending += run;
  state.pos += run.length;
  return true;
});

/** The tokens of a text. */
export function tokensOf(text: string): Token[] {
  return parser.parse(text, {});
}

export type { Token };
