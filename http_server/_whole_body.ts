/** What the runtime keeps beside a response's body while that is complete. */
interface Kept {
  readonly body?: { readonly streamOrStatic?: { readonly body?: unknown } };
}

/**
 * Whether a response's body is known to be complete, so that all of it can be
 * asked for at once: a stream made of it takes longer than the rest of the
 * answer. Only the runtime knows, under symbols of its own, so this is a hint
 * and no more: the body is read by public means, and a hint that is wrong one
 * day could only have a stream gathered before it is sent. It is tried on
 * samples first; where it does not hold, nothing counts as complete.
 */
export function isWhole(response: Response): boolean {
  hints ??= findHints();
  return hints !== null && tell(response, hints);
}

interface Hints {
  readonly text: symbol;
  readonly response: symbol;
}

let hints: Hints | null | undefined;

function findHints(): Hints | null {
  const symbols = Object.getOwnPropertySymbols(new Response("a"));
  const named = (name: string) =>
    symbols.find(({ description }) => description === name);
  const text = named("lazy static body");
  const response = named("response");
  if (!text || !response) return null;
  const found = { text, response };
  const opened = new Response("a");
  void opened.body;
  const whole = [new Response("a"), new Response(new Uint8Array(1))];
  const others = [opened, new Response(new ReadableStream()), new Response()];
  const holds = whole.every((sample) => tell(sample, found)) &&
    !others.some((sample) => tell(sample, found));
  return holds ? found : null;
}

function tell(response: Response, { text, response: kept }: Hints): boolean {
  if (typeof Reflect.get(response, text) === "string") return true;
  const inner: Kept | undefined = Reflect.get(response, kept);
  const body = inner?.body?.streamOrStatic?.body;
  return typeof body === "string" || body instanceof Uint8Array;
}
