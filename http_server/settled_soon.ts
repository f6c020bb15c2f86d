/**
 * The outcome of a promise if it comes within this turn: then nobody has to
 * watch for the client meanwhile, and the end of a body that was complete from
 * the start is seen before its head is sent.
 *
 * @param promise What is waited for; that it fails is for who awaits it.
 * @returns Its value; `undefined` if that has not come.
 */
export async function settledSoon<T>(
  promise: Promise<T>,
): Promise<T | undefined> {
  let outcome: T | undefined;
  promise.then((value) => outcome = value, () => {});
  for (let i = 0; i < 4 && outcome === undefined; i++) await null;
  return outcome;
}
