// @pure
/**
 * A part of what sorting would give, without sorting all of it: of ten
 * thousand names five hundred are shown, and comparing names is slow.
 *
 * @param items The items, which are left as they are.
 * @param compare Orders any two of them; never 0 for two different ones.
 * @param start The first place that is wanted.
 * @param end The place behind the last one.
 * @returns The same as `items.toSorted(compare).slice(start, end)`.
 */
export function sortedSlice<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  start: number,
  end: number,
): T[] {
  const all = [...items];
  if (start > 0) divide(all, compare, start);
  if (end < all.length) divide(all, compare, end);
  return all.slice(start, end).sort(compare);
}

/** Moves what belongs before `place` before it: Hoare's quickselect. */
function divide<T>(
  items: T[],
  compare: (a: T, b: T) => number,
  place: number,
): void {
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const pivot = middle(
      items[low]!,
      items[(low + high) >> 1]!,
      items[high]!,
      compare,
    );
    let [left, right] = [low, high];
    while (left <= right) {
      while (compare(items[left]!, pivot) < 0) left++;
      while (compare(items[right]!, pivot) > 0) right--;
      if (left > right) break;
      [items[left], items[right]] = [items[right]!, items[left]!];
      left++;
      right--;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}

function middle<T>(a: T, b: T, c: T, compare: (a: T, b: T) => number): T {
  const [low, high] = compare(a, b) < 0 ? [a, b] : [b, a];
  if (compare(c, low) < 0) return low;
  return compare(c, high) < 0 ? c : high;
}
