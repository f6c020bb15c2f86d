import { assert, assertEquals } from "@std/assert";
import { sortedSlice } from "./_sorted_slice.ts";

/** Numbers in an order that is the same each time. */
function shuffled(count: number): number[] {
  let seed = 12345;
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    const j = seed % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
}

const ORDERS: [string, (count: number) => number[]][] = [
  ["shuffled", shuffled],
  ["sorted", (count) => Array.from({ length: count }, (_, i) => i)],
  ["reversed", (count) => Array.from({ length: count }, (_, i) => count - i)],
];

for (const [title, make] of ORDERS) {
  Deno.test(`sortedSlice() gives any part of ${title} items as sorting all would`, () => {
    const compare = (a: number, b: number) => a - b;
    for (const count of [0, 1, 2, 3, 10, 33]) {
      const items = make(count);
      const before = [...items];
      for (let start = 0; start <= count; start++) {
        for (let end = start; end <= count + 1; end++) {
          assertEquals(
            sortedSlice(items, compare, start, end),
            items.toSorted(compare).slice(start, end),
          );
        }
      }
      assertEquals(items, before);
    }
  });

  Deno.test(`sortedSlice() compares a few times for each of ${title} items`, () => {
    let compared = 0;
    const count = 10_000;
    sortedSlice(
      make(count),
      (a, b) => {
        compared++;
        return a - b;
      },
      0,
      500,
    );
    assert(compared < 6 * count, `compared ${compared} times`);
  });
}
