import {
  type BufferedIOBase,
  BufferedReader,
  bytesOf,
  RawIOBase,
} from "../socketserver/io/mod.ts";

const wrapped = new WeakMap<object, BufferedReader>();

/**
 * The reader itself, or one in front of another kind of stream: a handler can
 * be driven with `rfile = new BytesIO(bytes)`. The same stream gets the same
 * reader each time, since that one may have read ahead.
 */
export function asBufferedReader(stream: BufferedIOBase): BufferedReader {
  if (isBufferedReader(stream)) return stream;
  let reader = wrapped.get(stream);
  if (!reader) {
    wrapped.set(stream, reader = new BufferedReader(new Raw(stream)));
  }
  return reader;
}

/** Whether a stream has a window to look through. */
export function isBufferedReader(
  stream: BufferedIOBase,
): stream is BufferedReader {
  return stream instanceof BufferedReader;
}

class Raw extends RawIOBase {
  #stream: BufferedIOBase;

  constructor(stream: BufferedIOBase) {
    super();
    this.#stream = stream;
  }

  override readable(): boolean {
    return true;
  }

  override get closed(): boolean {
    return this.#stream.closed;
  }

  override async readinto(buffer: Uint8Array): Promise<number> {
    const bytes = await this.#stream.read1(buffer.length) ?? new Uint8Array(0);
    bytesOf(buffer).set(bytes);
    return bytes.length;
  }
}
