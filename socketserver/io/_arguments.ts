/**
 * Reads a size argument: a whole number of bytes, or -1 for "no limit", which
 * is what null, a negative number or nothing at all mean.
 */
export function sizeArgument(size: number | null | undefined): number {
  if (size === undefined || size === null) return -1;
  if (!Number.isInteger(size)) {
    throw new TypeError(
      `Cannot use "${size}" as a size: it is not a whole number`,
    );
  }
  return size < 0 ? -1 : size;
}

/** Checks the size of a buffer in bytes. */
export function bufferSizeArgument(size: number): number {
  if (!Number.isInteger(size) || size <= 0) {
    throw new RangeError(
      `Cannot use "${size}" as a buffer size: it must be a positive whole number`,
    );
  }
  return size;
}

/** Checks `whence` of `seek()`. */
export function whenceArgument(whence: number): number {
  if (whence !== 0 && whence !== 1 && whence !== 2) {
    throw new RangeError(
      `Cannot seek with whence "${whence}": it must be 0, 1 or 2`,
    );
  }
  return whence;
}

/** Checks a position of `seek()` or `truncate()`. */
export function positionArgument(position: number): number {
  if (!Number.isInteger(position)) {
    throw new TypeError(
      `Cannot use "${position}" as a position: it is not a whole number`,
    );
  }
  return position;
}
