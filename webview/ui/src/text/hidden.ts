// Characters that cannot be seen and change how the text around them is read. In names and links they are made visible, so
// that nobody can pass for somebody else or hide where a link leads.

/** A piece of text, or one hidden character. */
export type Piece = { text: string } | { hidden: string; name: string };

const NAMES: Record<number, string> = {
  0x00ad: "soft hyphen",
  0x034f: "grapheme joiner",
  0x061c: "Arabic letter mark",
  0x115f: "Hangul filler",
  0x1160: "Hangul filler",
  0x17b4: "Khmer vowel",
  0x17b5: "Khmer vowel",
  0x180e: "Mongolian vowel separator",
  0x200b: "zero width space",
  0x200c: "zero width non-joiner",
  0x200d: "zero width joiner",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x2028: "line separator",
  0x2029: "paragraph separator",
  0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding",
  0x202c: "pop directional formatting",
  0x202d: "left-to-right override",
  0x202e: "right-to-left override",
  0x2060: "word joiner",
  0x2061: "function application",
  0x2062: "invisible times",
  0x2063: "invisible separator",
  0x2064: "invisible plus",
  0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate",
  0x2068: "first strong isolate",
  0x2069: "pop directional isolate",
  0x3164: "Hangul filler",
  0xfeff: "byte order mark",
  0xffa0: "Hangul filler",
  0xfff9: "interlinear annotation",
  0xfffa: "interlinear annotation",
  0xfffb: "interlinear annotation",
  0xfffc: "object replacement",
};

const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;

/** Joins emoji into one (family, flags by tags) or shapes letters of scripts that need it; then it hides nothing. */
const JOINS = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{Script=Deva}\p{Script=Beng}\p{Script=Sinh}\p{Script=Mlym}\p{Script=Arab}]$/u;

/** Splits a text at its hidden characters. A text without any is one piece. */
export function reveal(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const [hidden] = match;
    const at = match.index;
    if (isJoiner(text, hidden, at)) continue;
    if (at > from) pieces.push({ text: text.slice(from, at) });
    pieces.push({ hidden: codeOf(hidden), name: nameOf(hidden) });
    from = at + hidden.length;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** The same as one text: hidden characters as their code in brackets. */
export function revealed(text: string): string {
  return reveal(text)
    .map((piece) => ("text" in piece ? piece.text : `[${piece.hidden}]`))
    .join("");
}

/** Whether a text has hidden characters. */
export function hasHidden(text: string): boolean {
  return reveal(text).some((piece) => "hidden" in piece);
}

function isJoiner(text: string, hidden: string, at: number): boolean {
  if (hidden !== "\u200d" && hidden !== "\u200c") return false;
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  const after = [...text.slice(at + 1, at + 3)][0] ?? "";
  return JOINS.test(before) && JOINS.test(after);
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xe0000) return "tag character";
  return NAMES[code] ?? "control character";
}
