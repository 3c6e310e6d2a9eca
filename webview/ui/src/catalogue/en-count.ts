// Numbers with their words, in English.

const plural = new Intl.PluralRules("en");

/** A number and what it counts. */
export function count(number: number, one: string, other: string): string {
  return `${number.toLocaleString("en")} ${plural.select(number) === "one" ? one : other}`;
}
