// A language nobody speaks, for tests: every text of the catalogue, longer, accented and from right to left. Text that does not
// pass through the catalogue stands out.

const LETTERS: Record<string, string> = {
  a: "á", b: "ƀ", c: "ç", d: "ð", e: "é", f: "ƒ", g: "ĝ", h: "ĥ", i: "í", j: "ĵ", k: "ķ", l: "ļ", m: "ɱ",
  n: "ñ", o: "ó", p: "þ", q: "ǫ", r: "ŕ", s: "š", t: "ţ", u: "ú", v: "ṽ", w: "ŵ", x: "ẋ", y: "ý", z: "ž",
  A: "Á", B: "Ɓ", C: "Ç", D: "Ð", E: "É", F: "Ƒ", G: "Ĝ", H: "Ĥ", I: "Í", J: "Ĵ", K: "Ķ", L: "Ļ", M: "Ṁ",
  N: "Ñ", O: "Ó", P: "Þ", Q: "Ǫ", R: "Ŕ", S: "Š", T: "Ţ", U: "Ú", V: "Ṽ", W: "Ŵ", X: "Ẋ", Y: "Ý", Z: "Ž",
};

/** The same catalogue in the language nobody speaks. */
export function pseudo<T>(catalogue: T): T {
  if (typeof catalogue === "string") return translate(catalogue) as T;
  if (typeof catalogue === "function") {
    const original = catalogue as unknown as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => pseudo(original(...args))) as T;
  }
  if (Array.isArray(catalogue)) return catalogue.map((item) => pseudo(item as unknown)) as T;
  if (typeof catalogue === "object" && catalogue !== null) {
    return Object.fromEntries(Object.entries(catalogue).map(([key, value]) => [key, pseudo(value as unknown)])) as T;
  }
  return catalogue;
}

function translate(text: string): string {
  const accented = [...text].map((letter) => LETTERS[letter] ?? letter).join("");
  return `⟦${accented}${"·".repeat(Math.ceil(text.length / 5))}⟧`;
}
