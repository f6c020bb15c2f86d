import type { Transform } from "node:stream";
import {
  type BufferedIOBase,
  bytesOf,
  RawIOBase,
} from "../socketserver/io/mod.ts";
import type { Compression } from "./_file_plan.ts";
import { nodeStream, nodeZlib } from "./_node_modules.ts";

/** Read from the source at a time. */
const CHUNK = 1 << 16;

/** About where brotli takes as long as gzip and still makes less of it. */
const BROTLI_QUALITY = 4;

/**
 * A stream that gives what another one holds, compressed while it is read. It
 * owns the other one and closes it.
 */
export class CompressedBody extends RawIOBase {
  readonly #source: RawIOBase | BufferedIOBase;
  readonly #transform: Transform;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array(0);

  /**
   * @param source What to compress.
   * @param compression How.
   * @param size How much there is, in bytes; helps the compressor.
   */
  constructor(
    source: RawIOBase | BufferedIOBase,
    compression: Compression,
    size: number,
  ) {
    super();
    this.#source = source;
    const { constants, createBrotliCompress, createGzip } = nodeZlib();
    this.#transform = compression === "br"
      ? createBrotliCompress({
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          // The field has 32 bits.
          [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(size, 2 ** 31),
        },
      })
      : createGzip();
    const input = nodeStream().Readable.from(readAll(source), {
      objectMode: false,
    });
    // `pipe` alone forgets errors: without them a file cut short would look whole.
    input.on("error", (error) => this.#transform.destroy(error));
    this.#transform.on("close", () => input.destroy());
    this.#transform.on("error", () => {});
    this.#chunks = input.pipe(this.#transform)[Symbol.asyncIterator]();
  }

  override readable(): boolean {
    return true;
  }

  /** Reads once. Throws what the source throws. */
  override async readinto(buffer: Uint8Array): Promise<number> {
    this._checkClosed("read");
    while (this.#left.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return 0;
      this.#left = value;
    }
    const taken = this.#left.subarray(0, buffer.length);
    bytesOf(buffer).set(taken);
    this.#left = this.#left.subarray(taken.length);
    return taken.length;
  }

  override async close(): Promise<void> {
    if (this.closed) return;
    this.#transform.destroy();
    await this.#source.close();
    await super.close();
  }
}

async function* readAll(
  source: RawIOBase | BufferedIOBase,
): AsyncGenerator<Uint8Array> {
  while (true) {
    const chunk = await source.read(CHUNK);
    if (chunk === null || chunk.length === 0) return;
    yield chunk;
  }
}
