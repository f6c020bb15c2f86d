/**
 * Checks what is to be opened before it is.
 *
 * @throws {TypeError} If it is no path, or `closefd` is false: nobody else
 * could close the file.
 * @throws {RangeError} If it contains NUL, where the system would cut it off.
 */
export function checkFilePath(path: string | URL, closefd: boolean): void {
  const text = path instanceof URL ? path.pathname : path;
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot open "${text}": it is neither a path nor an open file`,
    );
  }
  if (text.includes(path instanceof URL ? "%00" : "\0")) {
    throw new RangeError("Cannot open a path that contains NUL");
  }
  if (!closefd) {
    throw new TypeError(
      `Cannot leave "${path}" open on closing: only a file that was given open can be left open`,
    );
  }
}
