// All text of the interface, by language. `say()` is the catalogue in use; views that call it change with it.

import { createSignal } from "solid-js";

import { en } from "./en";
import { pseudo } from "./pseudo";

/** The shape of every catalogue. */
export type Catalogue = typeof en;
/** The languages there are. */
export type Language = "en" | "x-rtl";

const [language, setLanguage] = createSignal<Language>("en");
const rightToLeft = pseudo(en);

/** The catalogue in use. */
export function say(): Catalogue {
  return language() === "x-rtl" ? rightToLeft : en;
}

/** Changes language and direction of the whole document. */
export function speak(next: Language): void {
  setLanguage(next);
  document.documentElement.lang = next === "x-rtl" ? "en-x-rtl" : "en";
  document.documentElement.dir = next === "x-rtl" ? "rtl" : "ltr";
}
