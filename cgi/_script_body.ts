import { ProtocolError } from "../http_server/protocol/mod.ts";
import type { CgiDocument } from "./response_head.ts";
import type { RunningScript } from "./running_script.ts";

/** What a script says behind its head: no more than it has announced, and no less. */
export class ScriptBody {
  readonly #process: RunningScript;
  readonly #log: (line: string) => void;
  #left: number;
  #ended = false;

  /**
   * @param process The script.
   * @param head Its head, which was read.
   * @param log Takes a line where it says too much.
   */
  constructor(
    process: RunningScript,
    head: CgiDocument,
    log: (line: string) => void,
  ) {
    this.#process = process;
    this.#log = log;
    this.#left = head.contentLength ?? Infinity;
  }

  /**
   * Reads once.
   *
   * @returns Bytes, which are good until the next read; none at the end.
   * @throws {ProtocolError} 502 if it is shorter than its Content-Length or the
   * script has broken off, 504 if that takes too long.
   */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#ended) return EMPTY;
    const chunk = await this.#process.read();
    if (chunk.length === 0) {
      this.#ended = true;
      await this.#assertWhole();
    } else if (chunk.length > this.#left) {
      this.#ended = true;
      this.#log("CGI script sent more than its Content-Length");
      this.#process.kill();
      return chunk.subarray(0, this.#left);
    }
    this.#left -= chunk.length;
    return chunk;
  }

  async #assertWhole(): Promise<void> {
    if (this.#left === Infinity) await this.#process.assertWhole();
    else if (this.#left > 0) {
      throw new ProtocolError(
        `Cannot use the answer of a script: it is ${this.#left} bytes shorter than its Content-Length`,
        502,
      );
    }
  }
}

const EMPTY = new Uint8Array(0);

/** Lets a script write what nobody wants. */
export async function discardBody(process: RunningScript): Promise<void> {
  while ((await process.read()).length > 0);
}

/** Tells the log of fields that a script has no say in. */
export function logDropped(
  { dropped }: CgiDocument,
  log: (line: string) => void,
): void {
  if (dropped.length === 0) return;
  log(`CGI script sent ${dropped.join(", ")}, which is not its business`);
}
