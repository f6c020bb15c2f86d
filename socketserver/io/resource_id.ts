// Deno exposes no file descriptors. What stands in for them is counted here:
// one number for each operating system resource, never reused, the same for
// every stream layer over that resource.

const ids = new WeakMap<object, number>();
const selectables = new Map<number, WeakRef<Selectable>>();
// Stacked streams tell the same number in turn: each needs only one reference.
const references = new WeakMap<Selectable, WeakRef<Selectable>>();
const forget = new FinalizationRegistry<number>((id) => {
  if (!selectables.get(id)?.deref()) selectables.delete(id);
});
let last = 0;

/**
 * Something that can be waited for until it has something to read: a server
 * with a connection to accept, a stream with bytes.
 */
export interface Selectable {
  /** The resource id to register under, as a selector's key shows it. */
  fileno(): number;
  /**
   * Tells whether a read would return at once.
   *
   * @returns `true` if so now, else a promise that settles when it may be so.
   * It never rejects: a failed resource counts as readable, and the read tells.
   */
  whenReadable(): true | Promise<unknown>;
}

/**
 * The process-unique positive number of a resource: what `fileno()` answers.
 *
 * @param resource The connection, listener or file that the number stands for.
 * @returns The same number each time; numbers are never reused.
 */
export function resourceId(resource: object): number {
  let id = ids.get(resource);
  if (id === undefined) ids.set(resource, id = ++last);
  return id;
}

/**
 * Remembers who answers for a number, so that a selector can be given the
 * number alone. Called by `fileno()`: nobody has the number before.
 *
 * @param id The number that `fileno()` is about to return.
 * @param selectable Who can wait for that resource.
 * @returns `id`.
 */
export function announce(id: number, selectable: Selectable): number {
  let reference = references.get(selectable);
  if (!reference) {
    references.set(selectable, reference = new WeakRef(selectable));
    forget.register(selectable, id);
  }
  selectables.set(id, reference);
  return id;
}

/**
 * Who answers for a resource id.
 *
 * @param id A number from `fileno()`.
 * @returns The object, or `undefined` if it is gone or cannot be waited for.
 */
export function selectableOf(id: number): Selectable | undefined {
  return selectables.get(id)?.deref();
}
