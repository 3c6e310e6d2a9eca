// Which addresses a message may lead to, and how an address is shown before it is opened.

/** Protocols a link may have. Everything else stays text. */
const PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

/** Characters of an address; longer ones stay text. */
const URL_CHARS = 2_048;

/** The address a link leads to, normalised; `null` if it may not be a link. */
export function safeUrl(text: string): string | null {
  if (text.length > URL_CHARS) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (!PROTOCOLS.has(url.protocol)) return null;
  if (url.protocol !== "mailto:" && url.hostname === "") return null;
  return url.href;
}

/** What the reader must see before an address is opened. */
export interface Destination {
  /** The host as the network sees it: other scripts in punycode. For mail the whole address. */
  host: string;
  /** The host in its own script, where that differs. */
  written: string | null;
  /** A user name before the host, which is often there to look like one. */
  account: string | null;
  /** Without encryption on the way. */
  plain: boolean;
}

/** Takes an address apart; it must have come from [`safeUrl`]. */
export function destination(href: string): Destination {
  const url = new URL(href);
  if (url.protocol === "mailto:") {
    return { host: decodeURIComponentSafely(url.pathname), written: null, account: null, plain: false };
  }
  const written = url.hostname.includes("xn--") ? readPunycode(url.hostname) : null;
  return {
    host: url.host,
    written: written === url.hostname ? null : written,
    account: url.username ? decodeURIComponentSafely(url.username) : null,
    plain: url.protocol === "http:",
  };
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A host's labels in their own script. */
function readPunycode(host: string): string {
  return host
    .split(".")
    .map((label) => (label.startsWith("xn--") ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join(".");
}

/** RFC 3492, section 6.2, with the parameters of section 5. */
function decodeLabel(text: string): string | null {
  const base = 36;
  const output: number[] = [];
  const delimiter = text.lastIndexOf("-");
  for (const character of text.slice(0, Math.max(0, delimiter))) output.push(character.charCodeAt(0));
  let n = 128;
  let i = 0;
  let bias = 72;
  let at = delimiter < 0 ? 0 : delimiter + 1;
  while (at < text.length) {
    const before = i;
    let weight = 1;
    for (let k = base; ; k += base) {
      const digit = digitOf(text.charCodeAt(at++));
      if (digit < 0) return null;
      i += digit * weight;
      const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (digit < threshold) break;
      weight *= base - threshold;
      if (at >= text.length) return null;
    }
    const length = output.length + 1;
    bias = adapt(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10ffff) return null;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

function digitOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 48 && code <= 57) return code - 22;
  return -1;
}

function adapt(delta: number, length: number, first: boolean): number {
  let left = first ? Math.floor(delta / 700) : delta >> 1;
  left += Math.floor(left / length);
  let k = 0;
  while (left > 455) {
    left = Math.floor(left / 35);
    k += 36;
  }
  return k + Math.floor((36 * left) / (left + 38));
}
