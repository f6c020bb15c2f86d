/**
 * Requests with something wrong in them, for tests that throw thousands at a
 * parser or a server: the same ones from the same seed.
 *
 * @module
 */
import { text } from "./raw_client.ts";

/** A number from 0 up to, and without, `below`. */
export type Random = (below: number) => number;

/** The requests of the corpus that are as they should be. Needs `--allow-read`. */
export function validRequests(): string[] {
  const folder = new URL(
    "../../http_server/protocol/testdata/requests/valid/",
    import.meta.url,
  );
  return Array.from(Deno.readDirSync(folder))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".http"))
    .sort()
    .map((name) => text(Deno.readFileSync(new URL(name, folder))));
}

/** Bytes at which parsers part. */
const SPICE = [
  ...'\r\n\t \0:;,"\\=0159aAfFgx+-/%[]*',
  "\r\n",
  "\n\n",
  "\r\n\r\n",
  "\x0b",
  "\x7f",
  "\x80",
  "\x85",
  "\xa0",
  "\xff",
  "0\r\n\r\n",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Host: b\r\n",
  " HTTP/1.1",
];

/** A sample, or two in a row, with a few changes, or none. */
export function mutate(samples: readonly string[], random: Random): string {
  let text = samples[random(samples.length)]!;
  if (random(2) === 0) text += samples[random(samples.length)]!;
  for (let count = random(4); count > 0; count--) {
    const at = random(text.length + 1);
    const end = Math.min(text.length, at + random(8));
    const spice = SPICE[random(SPICE.length)]!;
    switch (random(6)) {
      case 0: // Replace.
        text = text.slice(0, at) + spice + text.slice(at + 1);
        break;
      case 1: // Insert.
        text = text.slice(0, at) + spice + text.slice(at);
        break;
      case 2: // Delete.
        text = text.slice(0, at) + text.slice(end);
        break;
      case 3: // Repeat.
        text = text.slice(0, end) + text.slice(at);
        break;
      case 4: { // Put a piece of another sample in.
        const other = samples[random(samples.length)]!;
        const from = random(other.length);
        text = text.slice(0, at) + other.slice(from, from + random(40)) +
          text.slice(at);
        break;
      }
      case 5: // Cut off.
        if (random(4) === 0) text = text.slice(0, at);
        break;
    }
  }
  return text;
}

/** Bytes in pieces of random length. */
export function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const most = 1 + random(24);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random(most);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

/** Mulberry32: the same numbers from the same seed, everywhere. */
export function generator(seed: number): Random {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}
