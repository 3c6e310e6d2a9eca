// Small things made of ids: colours and letters that stand for somebody without a picture.

/** Colours of avatars and icons; the style sheet has as many. */
export const HUES = 12;

/** The colour of an id: always the same one. */
export function hueOf(id: string): number {
  let hash = 7;
  for (let at = 4; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) >>> 0;
  return hash % HUES;
}

/** Up to `count` letters that stand for a name. */
export function initials(name: string, count: number): string {
  const words = name.split(/[\s_\-.·]+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const letters = words.map((word) => firstLetter(word)).join("");
  const taken = [...new Intl.Segmenter().segment(letters)].slice(0, count).map(({ segment }) => segment);
  return (taken.join("") || firstLetter(name)).toLocaleUpperCase();
}

function firstLetter(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(segment)) return segment;
  }
  return "?";
}
