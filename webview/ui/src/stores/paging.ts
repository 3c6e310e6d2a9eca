// Lists that come in pages.

import type { Page } from "../contract";

/** Reads page after page until the list ends or `max` items are there. */
export async function everyPage<T>(
  read: (cursor: string | null) => Promise<Page<T>>,
  max: number,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor !== null && items.length < max);
  return items;
}
