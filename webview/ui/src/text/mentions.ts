// Mentions in a composer: what is written and seen is `@Ada`, what is sent is `<@acc_…>`.

import type { AccountId, ChannelId } from "../contract";

/** What was picked from the list while writing: the words in the text, and what they stand for. */
export type Picked = Map<string, `<@${AccountId}>` | `<#${ChannelId}>`>;

const TOKEN = /<(?:@acc_|#chn_)[a-z2-7]{52}>/g;

/** The text to send: picked words become tokens where they still stand as they were picked. */
export function encode(text: string, picked: Picked): string {
  if (picked.size === 0) return text;
  const words = [...picked.keys()].sort((a, b) => b.length - a.length).map(escape);
  // Not inside a longer word: `@Ada` is not in `@Adam`, nor in `a@Ada`.
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
  return text.replaceAll(pattern, (word) => picked.get(word) ?? word);
}

/** The text to write on with: tokens become words, and `picked` learns what they stand for. */
export function decode(text: string, picked: Picked, nameOf: (token: string) => string | undefined): string {
  return text.replaceAll(TOKEN, (token) => {
    const name = nameOf(token.slice(2, -1));
    if (name === undefined) return token;
    return pick(picked, `${token[1]}${name}`, token as `<@${AccountId}>` | `<#${ChannelId}>`);
  });
}

/** Notes a picked word; answers the word to write, which differs if another of that name was picked before. */
export function pick(picked: Picked, word: string, token: `<@${AccountId}>` | `<#${ChannelId}>`): string {
  const taken = picked.get(word);
  if (taken === undefined || taken === token) {
    picked.set(word, token);
    return word;
  }
  // Two people of one name: the end of the id tells them apart.
  const longer = `${word}~${token.slice(6, 10)}`;
  picked.set(longer, token);
  return longer;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
