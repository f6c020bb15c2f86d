/**
 * The streams that count as `BufferedWriter` without extending it. They stand
 * here so that the two classes need not import each other.
 */
export const alsoWriters: WeakSet<object> = new WeakSet();
