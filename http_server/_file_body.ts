import {
  type BufferedIOBase,
  bytesOf,
  RawIOBase,
} from "../socketserver/io/mod.ts";
import type { OpenFile } from "./_open_file.ts";
import type { BodyPart } from "./protocol/mod.ts";

/** Up to here a file is read at once, without a thread. */
const SMALL = 1 << 16;
/** Read at a time beyond that. */
const CHUNK = 1 << 18;
/**
 * Milliseconds for a chunk that is in the system's memory, twenty times over.
 * To copy it from there takes less than a thread takes to be told, but nobody
 * shall wait for a disk that somebody else's file is on.
 */
const QUICK = 1;
/** Chunks that a thread reads after one that was not. */
const PATIENCE = 64;

/**
 * The body of an answer as a stream: parts of a file, and texts between them.
 * It owns the file and closes it.
 */
export class FileBody extends RawIOBase {
  readonly #file: OpenFile;
  readonly #parts: readonly BodyPart[];
  #part = 0;
  #offset = 0;
  /** Chunks that are left to a thread. */
  #patience = 0;

  constructor(file: OpenFile, parts: readonly BodyPart[]) {
    super();
    this.#file = file;
    this.#parts = parts;
  }

  override readable(): boolean {
    return true;
  }

  /**
   * Reads once.
   *
   * @throws {Deno.errors.UnexpectedEof} If the file is shorter than it was:
   * the length was promised.
   */
  override async readinto(buffer: Uint8Array): Promise<number> {
    this._checkClosed("read");
    const part = this.#parts[this.#part];
    if (!part || buffer.length === 0) return 0;
    const count = part.kind === "bytes"
      ? copy(part.bytes.subarray(this.#offset), buffer)
      : await this.#read(part.start, part.end + 1, buffer);
    this.#advance(part, count);
    return count;
  }

  /** Sends all of it. */
  copyTo(output: BufferedIOBase): Promise<void> {
    const [part, ...more] = this.#parts;
    const { bytes } = this.#file;
    if (
      !bytes || part?.kind !== "slice" || more.length > 0 ||
      this.#part + this.#offset > 0
    ) return this.#copyParts(output);
    this.#part++;
    return output.write(bytes.subarray(part.start, part.end + 1)).then(
      () => {},
    );
  }

  async #copyParts(output: BufferedIOBase): Promise<void> {
    for (let part; (part = this.#parts[this.#part]);) {
      if (part.kind === "bytes") {
        await output.write(part.bytes.subarray(this.#offset));
        this.#advance(part, part.bytes.length - this.#offset);
      } else {
        await this.#copySlice(part, output);
      }
    }
  }

  async #copySlice(
    part: BodyPart & { kind: "slice" },
    output: BufferedIOBase,
  ): Promise<void> {
    let left = lengthOf(part) - this.#offset;
    const { bytes } = this.#file;
    if (bytes) {
      const start = part.start + this.#offset;
      this.#advance(part, left);
      await output.write(bytes.subarray(start, part.end + 1));
      return;
    }
    const chunk = new Uint8Array(Math.min(left, CHUNK));
    while (left > 0) {
      const target = chunk.length > left ? chunk.subarray(0, left) : chunk;
      const count = this.#readQuick(part, target) ||
        await this.#read(part.start, part.end + 1, target);
      this.#advance(part, count);
      left -= count;
      await output.writeThrough(
        count === chunk.length ? chunk : target.subarray(0, count),
      );
    }
  }

  /** Reads without a thread while that takes no time. Returns 0 if nothing was read. */
  #readQuick(part: BodyPart & { kind: "slice" }, target: Uint8Array): number {
    if (this.#patience-- > 0) return 0;
    const started = performance.now();
    const count = this.#file.readSync(target, part.start + this.#offset);
    this.#patience = performance.now() - started > QUICK ? PATIENCE : 0;
    return count;
  }

  /**
   * All of it, and the file closed, if it is one small part and still whole:
   * a body that nobody reads then keeps no file open.
   */
  takeSmall(): Uint8Array<ArrayBuffer> | null {
    const [part, ...more] = this.#parts;
    if (part?.kind !== "slice" || more.length > 0) return null;
    const length = lengthOf(part);
    if (length > SMALL || this.#part + this.#offset > 0) return null;
    const bytes = new Uint8Array(length);
    if (this.#file.readSync(bytes, part.start) < length) return null;
    this.#advance(part, length);
    this.#file.close();
    return bytes;
  }

  override close(): Promise<void> {
    this.#file.close();
    return super.close();
  }

  async #read(
    start: number,
    end: number,
    buffer: Uint8Array,
  ): Promise<number> {
    const position = start + this.#offset;
    const left = end - position;
    const target = bytesOf(buffer).subarray(0, left);
    const count = end - start <= SMALL
      ? this.#file.readSync(target, position)
      : await this.#file.read(target, position);
    if (count === 0) {
      throw new Deno.errors.UnexpectedEof(
        `Cannot send the last ${left} bytes of a file: it was cut short`,
      );
    }
    return count;
  }

  #advance(part: BodyPart, count: number): void {
    this.#offset += count;
    if (this.#offset < lengthOf(part)) return;
    this.#part++;
    this.#offset = 0;
  }
}

function lengthOf(part: BodyPart): number {
  return part.kind === "bytes" ? part.bytes.length : part.end + 1 - part.start;
}

function copy(source: Uint8Array, target: Uint8Array): number {
  const taken = source.subarray(0, target.length);
  target.set(taken);
  return taken.length;
}
