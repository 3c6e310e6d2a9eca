// Waiting for a condition with a deadline; never for a time alone.

/** Between two looks. */
const LOOK_MS = 50;

/** Looks until something is found; a look that throws has found nothing. */
export async function waitFor<T>(what: string, withinMs: number, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + withinMs;
  let missing: unknown = "nothing yet";
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      missing = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}: ${String(missing)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
