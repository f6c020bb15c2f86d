/**
 * The stream lacks the ability that was asked for: reading a write-only
 * stream, seeking in a socket. Python's `io.UnsupportedOperation`.
 */
export class UnsupportedOperation extends TypeError {
  /** The class name, as error reports show it. */
  override readonly name = "UnsupportedOperation";
}

/**
 * A non-blocking stream could not take or give everything at once. Python's
 * `BlockingIOError`.
 */
export class BlockingIOError extends Error {
  /** The class name, as error reports show it. */
  override readonly name = "BlockingIOError";

  /** How many bytes of the failing call were accepted before it would block. */
  readonly charactersWritten: number;

  /**
   * Describes a call that would have to wait.
   *
   * @param message What would have blocked.
   * @param charactersWritten Bytes of this call that were accepted.
   */
  constructor(message: string, charactersWritten = 0) {
    super(message);
    this.charactersWritten = charactersWritten;
  }
}
