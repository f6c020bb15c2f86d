/**
 * The ways in which a connection may deliver the same bytes, for tests: whole,
 * byte by byte, and in two pieces cut at every place.
 */
export function* everySplit(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  for (let cut = 1; cut < bytes.length; cut++) {
    yield [bytes.subarray(0, cut), bytes.subarray(cut)];
  }
}
