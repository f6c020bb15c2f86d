// Streams that tests put below the ones they are about.
import { BytesIO } from "../../socketserver/io/bytes_io.ts";
import type { Bytes } from "../../socketserver/io/bytes.ts";
import { UnsupportedOperation } from "../../socketserver/io/errors.ts";
import { RawIOBase } from "../../socketserver/io/raw_io_base.ts";

/** Bytes of a text, one for each character. */
export function bytes(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of bytes, one character for each. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes &&
    Array.from(bytes, (code) => String.fromCharCode(code)).join("");
}

/** Gives one item a read, `null` where it would block, and keeps what is written. */
export class MockRawIO extends RawIOBase {
  reads = 0;
  extraneousReads = 0;
  readonly sizes: number[] = [];
  readonly written: string[] = [];
  name?: unknown;
  readonly #items: (string | null)[];

  constructor(items: Iterable<string | null> = []) {
    super();
    this.#items = [...items];
  }

  override readable(): boolean {
    return true;
  }

  override writable(): boolean {
    return true;
  }

  override seekable(): boolean {
    return true;
  }

  override fileno(): number {
    return 42;
  }

  override seek(_position: number, _whence?: number): Promise<number> {
    return Promise.resolve(0);
  }

  // Its type promises a number, so that it fits where nothing blocks.
  // deno-lint-ignore require-await
  override async readinto(buffer: Uint8Array): Promise<number> {
    this.reads++;
    this.sizes.push(buffer.length);
    const item = this.#items.shift();
    if (item === undefined) {
      this.extraneousReads++;
      return 0;
    }
    if (item === null) return null as never;
    const count = Math.min(item.length, buffer.length);
    buffer.set(bytes(item.slice(0, count)));
    if (count < item.length) this.#items.unshift(item.slice(count));
    return count;
  }

  // deno-lint-ignore require-await
  override async write(source: Uint8Array): Promise<number> {
    this.written.push(text(source)!);
    return source.length;
  }
}

/** Claims to have read and written more than it was asked for, at places before the start. */
export class MisbehavedRawIO extends MockRawIO {
  override async readinto(buffer: Uint8Array): Promise<number> {
    await super.readinto(buffer);
    return buffer.length * 5;
  }

  override async write(source: Uint8Array): Promise<number> {
    return await super.write(source) * 2;
  }

  override seek(): Promise<number> {
    return Promise.resolve(-123);
  }
}

/** A file in memory that remembers how much each read gave. */
export class MockFileIO extends BytesIO {
  readonly history: number[] = [];

  override async readinto(buffer: ArrayBufferView): Promise<number> {
    const count = await super.readinto(buffer);
    this.history.push(count);
    return count;
  }
}

/** A file in memory that has no positions. */
export class UnseekableIO extends BytesIO {
  override seekable(): boolean {
    return false;
  }

  override seek(): Promise<number> {
    return Promise.reject(new UnsupportedOperation("Cannot seek"));
  }

  override tell(): Promise<number> {
    return this.seek();
  }
}

/** A device whose position is always 0. */
export class CharacterDeviceIO extends BytesIO {
  override seek(): Promise<number> {
    return Promise.resolve(0);
  }

  override tell(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** Takes what it is given, but would block once at a certain character. */
export class NonBlockingIO extends MockRawIO {
  #blocker: string | undefined;

  blockOn(character: string): void {
    this.#blocker = character;
  }

  /** What was written since the last time. */
  pop(): string {
    return this.written.splice(0).join("");
  }

  override async write(source: Uint8Array): Promise<number> {
    const at = this.#blocker ? text(source)!.indexOf(this.#blocker) : -1;
    if (at < 0) return await super.write(source);
    if (at > 0) return await super.write(source.subarray(0, at));
    this.#blocker = undefined;
    return null as never;
  }
}

/** Moves one byte at a time. */
export class OneByteIO extends BytesIO {
  override readinto(buffer: ArrayBufferView): Promise<number> {
    const one = new Uint8Array(
      buffer.buffer,
      buffer.byteOffset,
      Math.min(1, buffer.byteLength),
    );
    return super.readinto(one);
  }

  override write(source: ArrayBufferView): Promise<number> {
    const one = new Uint8Array(
      source.buffer,
      source.byteOffset,
      Math.min(1, source.byteLength),
    );
    return super.write(one);
  }
}

/** One call that waits until the test lets it go on. */
export interface Waiting {
  /** What the call was given. */
  readonly buffer: Uint8Array;
  /** Lets the call return; a text is read first. */
  resolve(result: number | string): void;
  /** Lets the call fail. */
  reject(error: Error): void;
}

/** A wire whose every read and write waits for the test. */
export class GatedIO extends RawIOBase {
  readonly reading: Waiting[] = [];
  readonly writing: Waiting[] = [];
  readonly written: string[] = [];

  override readable(): boolean {
    return true;
  }

  override writable(): boolean {
    return true;
  }

  override readinto(buffer: Uint8Array): Promise<number> {
    return this.#gate(this.reading, buffer, (result) => {
      if (typeof result === "number") return result;
      buffer.set(bytes(result));
      return result.length;
    });
  }

  override write(source: Uint8Array): Promise<number> {
    return this.#gate(this.writing, source, (count) => {
      this.written.push(text(source.subarray(0, Number(count)))!);
      return Number(count);
    });
  }

  #gate(
    queue: Waiting[],
    buffer: Uint8Array,
    finish: (result: number | string) => number,
  ): Promise<number> {
    this._checkClosed();
    return new Promise((resolve, reject) => {
      queue.push({
        buffer,
        resolve: (result) => resolve(finish(result)),
        reject,
      });
    });
  }
}

/** Lets everything happen that waits for nothing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Memory in use, in and outside of the heap. */
export function usedMegabytes(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return (heapUsed + external) / 1e6;
}
