/**
 * Bytes that a buffered stream reads or holds at once when no size is given:
 * Python's `io.DEFAULT_BUFFER_SIZE`. It is also what an idle connection costs
 * in memory, which is why it stays small.
 */
export const DEFAULT_BUFFER_SIZE = 8192;

/** `whence` of `seek()`: count from the start of the stream. */
export const SEEK_SET = 0;

/** `whence` of `seek()`: count from the current position. */
export const SEEK_CUR = 1;

/** `whence` of `seek()`: count from the end of the stream. */
export const SEEK_END = 2;
