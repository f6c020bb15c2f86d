import { BufferedReader } from "../socketserver/io/buffered_reader.ts";
import { CoalescingWriter } from "../socketserver/io/coalescing_writer.ts";
import { RawIOBase } from "../socketserver/io/raw_io_base.ts";

/** Where a script reads its request's body from: `Deno.stdin`, or the like. */
export interface ByteSource {
  /** Reads once; `null` at the end. */
  read(target: Uint8Array): Promise<number | null>;
  /** Closes it, which ends a read that is under way. */
  close?(): void | Promise<void>;
}

/** Where a script writes its answer to: `Deno.stdout`, or the like. */
export interface ByteSink {
  /** Writes once, maybe only a part; who keeps the bytes for longer copies them. */
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * The body of a script's request (RFC 3875 section 4.2). A server need not
 * close the stream behind it, so nothing is read beyond.
 *
 * @param contentLength Bytes of the body; `null` if it ends with the stream.
 * @param source Where to read; `Deno.stdin` by default.
 * @returns A reader that ends where the body ends.
 */
export function scriptInput(
  contentLength: number | null,
  source: ByteSource = Deno.stdin,
): BufferedReader {
  return new BufferedReader(
    new LimitedInput(source, contentLength ?? Infinity),
  );
}

/**
 * The stream for a script's answer. What is written at once leaves at once, and
 * what is followed by waiting does not wait for it.
 *
 * @param sink Where to write; `Deno.stdout` by default.
 * @returns A writer; `flush()` tells when all has left.
 */
export function scriptOutput(sink: ByteSink = Deno.stdout): CoalescingWriter {
  return new CoalescingWriter(new Output(sink), 65536);
}

class LimitedInput extends RawIOBase {
  readonly #source: ByteSource;
  #left: number;

  constructor(source: ByteSource, length: number) {
    super();
    this.#source = source;
    this.#left = length;
  }

  override readable(): boolean {
    return true;
  }

  override async readinto(target: Uint8Array): Promise<number> {
    const room = Math.min(target.length, this.#left);
    if (room === 0) return 0;
    const count = await this.#source.read(target.subarray(0, room));
    if (count === null) {
      if (this.#left === Infinity) return 0;
      throw new Deno.errors.UnexpectedEof(
        `Cannot read the body: it ends ${this.#left} bytes too early`,
      );
    }
    this.#left -= count;
    return count;
  }
}

class Output extends RawIOBase {
  readonly #sink: ByteSink;

  constructor(sink: ByteSink) {
    super();
    this.#sink = sink;
  }

  override writable(): boolean {
    return true;
  }

  override write(bytes: Uint8Array): Promise<number> {
    return this.#sink.write(bytes);
  }
}
