// Lists that are one stop for the Tab key and are walked through with the arrows.

/** Handles the arrows in a list whose stops match `selector`. Put it on the list's `keydown`. */
export function rove(event: KeyboardEvent & { currentTarget: HTMLElement }, selector = "[data-stop]"): void {
  const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const at = stops.indexOf((event.target as HTMLElement).closest(selector) as HTMLElement);
  if (stops.length === 0 || at < 0) return;
  event.preventDefault();
  const next = stops[Math.max(0, Math.min(stops.length - 1, at + by))];
  next?.focus();
}

/** Keeps exactly one stop of a list reachable by Tab: the one last focused, else the current one, else the first. */
export function oneStop(list: HTMLElement, selector = "[data-stop]"): void {
  const settle = (focused: HTMLElement | null) => {
    const stops = [...list.querySelectorAll<HTMLElement>(selector)];
    const chosen =
      (focused && stops.includes(focused) ? focused : null) ??
      stops.find((stop) => stop.getAttribute("aria-current") === "true" || stop.getAttribute("aria-current") === "page") ??
      stops[0];
    for (const stop of stops) stop.tabIndex = stop === chosen ? 0 : -1;
  };
  list.addEventListener("focusin", (event) => {
    settle((event.target as HTMLElement).closest<HTMLElement>(selector));
  });
  new MutationObserver(() => {
    const within = list.contains(document.activeElement) ? document.activeElement : null;
    settle(within?.closest<HTMLElement>(selector) ?? null);
  }).observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current"] });
  settle(null);
}
