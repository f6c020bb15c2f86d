import { writeAll } from "../socketserver/write_all.ts";
import { ProtocolError } from "../http_server/protocol/mod.ts";
import type { ScriptInput } from "./running_script.ts";

/**
 * A body that was received whole, because a script wants to know its length
 * before: in memory as long as it is small, then in a file without a name.
 */
export class SpooledBody implements ScriptInput {
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #file: Deno.FsFile | null = null;
  #length = 0;

  /** Bytes of the body. */
  get length(): number {
    return this.#length;
  }

  /**
   * Receives a body. Needs `--allow-write` for one that is large.
   *
   * @param input The body.
   * @param memory Bytes that stay in memory.
   * @param most Bytes that it may have; `null` for any number.
   * @returns The same body, ready to be read.
   * @throws {ProtocolError} 413 if it has more.
   */
  static async receive(
    input: ScriptInput,
    memory: number,
    most: number | null,
  ): Promise<SpooledBody> {
    const body = new SpooledBody();
    try {
      while (true) {
        const chunk = await input.read1(CHUNK);
        if (chunk.length === 0) break;
        if (most !== null && body.#length + chunk.length > most) {
          throw new ProtocolError(
            `Cannot take a body of more than ${most} bytes`,
            413,
          );
        }
        await body.#add(chunk, memory);
      }
      await body.#file?.seek(0, Deno.SeekMode.Start);
      return body;
    } catch (error) {
      body.close();
      throw error;
    }
  }

  /** Reads some bytes; none at the end. */
  async read1(size: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#file === null) return this.#chunks.shift() ?? new Uint8Array(0);
    const chunk = new Uint8Array(size);
    return chunk.subarray(0, await this.#file.read(chunk) ?? 0);
  }

  /** Lets go of memory and file. */
  close(): void {
    this.#chunks = [];
    this.#file?.close();
    this.#file = null;
  }

  async #add(
    chunk: Uint8Array<ArrayBuffer>,
    memory: number,
  ): Promise<void> {
    this.#length += chunk.length;
    if (this.#file === null) {
      this.#chunks.push(chunk);
      if (this.#length <= memory) return;
      this.#file = await namelessFile();
      for (const early of this.#chunks) await writeAll(this.#file, early);
      this.#chunks = [];
    } else {
      await writeAll(this.#file, chunk);
    }
  }
}

const CHUNK = 65536;

/** A file that vanishes with the process, whatever becomes of it. */
async function namelessFile(): Promise<Deno.FsFile> {
  const path = await Deno.makeTempFile({ prefix: "cgi-body-" });
  const file = await Deno.open(path, { read: true, write: true });
  if (Deno.build.os !== "windows") await Deno.remove(path);
  return file;
}
