/**
 * What `validator` puts between a server and an application.
 *
 * @module
 */
import { ResultBlocks } from "./_result_blocks.ts";
import type { ErrorStream, InputStream, Write, WSGIResult } from "./types.ts";
import { assert_ } from "./validate_checks.ts";

function checkBytes(value: unknown, from: string): Uint8Array {
  assert_(value instanceof Uint8Array, `${from} gives a Uint8Array`);
  return value;
}

/** Checks the use of `wsgi.input`, and what it gives. */
export class InputWrapper implements InputStream {
  /** The stream itself. */
  readonly input: InputStream;

  /** Wraps a stream. */
  constructor(wsgiInput: InputStream) {
    this.input = wsgiInput;
  }

  /** Reads some bytes; how many must be said. */
  async read(...args: [size?: number | null]): Promise<Uint8Array> {
    assert_(args.length === 1, "wsgi.input.read takes one argument");
    return checkBytes(await this.input.read(...args), "wsgi.input.read");
  }

  /** Reads a line. */
  async readline(...args: [size?: number | null]): Promise<Uint8Array> {
    assert_(args.length <= 1, "wsgi.input.readline takes at most one argument");
    return checkBytes(
      await this.input.readline(...args),
      "wsgi.input.readline",
    );
  }

  /** Reads lines. */
  async readlines(...args: [hint?: number | null]): Promise<Uint8Array[]> {
    assert_(
      args.length <= 1,
      "wsgi.input.readlines takes at most one argument",
    );
    const lines = await this.input.readlines(...args);
    assert_(Array.isArray(lines), "wsgi.input.readlines gives a list");
    return lines.map((line) => checkBytes(line, "wsgi.input.readlines"));
  }

  /** Goes through the lines. */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (true) {
      const line = await this.readline();
      if (line.length === 0) return;
      yield line;
    }
  }

  /** Nobody but the server closes it. */
  close(): never {
    assert_(false, "wsgi.input is not closed by applications");
  }
}

/** Checks the use of `wsgi.errors`. */
export class ErrorWrapper implements ErrorStream {
  /** The stream itself. */
  readonly errors: ErrorStream;

  /** Wraps a stream. */
  constructor(wsgiErrors: ErrorStream) {
    this.errors = wsgiErrors;
  }

  /** Adds text. */
  write(text: string): unknown {
    assert_(typeof text === "string", "wsgi.errors takes text");
    return this.errors.write(text);
  }

  /** Adds several texts. */
  async writelines(lines: Iterable<string>): Promise<void> {
    for (const line of lines) await this.write(line);
  }

  /** Sees to it that all of it is written. */
  flush(): unknown {
    return this.errors.flush();
  }

  /** Nobody but the server closes it. */
  close(): never {
    assert_(false, "wsgi.errors is not closed by applications");
  }
}

/** Checks what is written by the function that `startResponse` gives. */
export class WriteWrapper {
  /** The function itself. */
  readonly writer: Write;

  /** Wraps a function. */
  constructor(wsgiWriter: Write) {
    this.writer = wsgiWriter;
  }

  /** Sends a block. */
  async write(data: Uint8Array): Promise<void> {
    assert_(data instanceof Uint8Array, "A block of a body is a Uint8Array");
    await this.writer(data);
  }
}

/** Makes sure that an iterable of blocks gives blocks. */
export class PartialIteratorWrapper implements AsyncIterable<Uint8Array> {
  /** What the application has returned. */
  readonly iterator: WSGIResult;

  /** Wraps a body. */
  constructor(wsgiIterator: WSGIResult) {
    this.iterator = wsgiIterator;
  }

  /** Goes through the blocks. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return new IteratorWrapper(this.iterator, null);
  }
}

/** Checks a body while it is sent, and that it is closed. */
export class IteratorWrapper implements AsyncIterableIterator<Uint8Array> {
  readonly #blocks: ResultBlocks;
  readonly #state: { closed: boolean } = { closed: false };
  #started: (() => boolean) | null;

  /**
   * Wraps a body.
   *
   * @param wsgiIterator What the application has returned.
   * @param started Tells whether the answer was begun.
   */
  constructor(wsgiIterator: WSGIResult, started: (() => boolean) | null) {
    this.#blocks = new ResultBlocks(wsgiIterator);
    this.#started = started;
    collected.register(this, this.#state);
  }

  /** Gives the next block. */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    assert_(
      !this.#state.closed,
      "A body is not asked for more once it is closed",
    );
    const { done, value } = await this.#blocks.next();
    if (done) return { done: true, value: undefined };
    checkBytes(value, "A body");
    if (this.#started) {
      assert_(
        this.#started(),
        "An answer is begun before its first block",
      );
      this.#started = null;
    }
    return { done: false, value };
  }

  /** Iterating again goes on where it was. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the body. */
  async close(): Promise<void> {
    this.#state.closed = true;
    await this.#blocks.close();
  }
}

const collected = new FinalizationRegistry<{ closed: boolean }>((state) => {
  if (!state.closed) {
    console.error("The body of an answer was never closed by its server");
  }
});
