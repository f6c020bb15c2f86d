import {
  type ForkFrame,
  forkFrame,
  FrameReader,
  type FrameSource,
  jsonFrame,
  readJson,
} from "./_fork_frames.ts";
import type { OpenedRequest } from "./_forked_request.ts";
import type { DatagramRequest } from "./datagram_request_handler.ts";
import { configFiles, ownDenoFlags } from "./deno_flags.ts";
import { writeAll } from "./write_all.ts";

/** Where a handler class is found by another process. */
export interface ForkedHandler {
  /** URL of its module. */
  readonly module: string | URL;
  /** Name of the export. */
  readonly handler: string;
}

const PROGRAM = new URL("./_forked_program.ts", import.meta.url).href;

/** A child of a forking server. */
export class ForkedChild {
  /** Settles when it waits for its first request; rejects if it ends before. */
  readonly ready: Promise<void>;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #frames: FrameReader;

  constructor({ module, handler }: ForkedHandler) {
    const flags = ownDenoFlags();
    const [config] = configFiles(Deno.mainModule);
    const isConfigured = flags.some((flag) =>
      /^(?:-c|--config|--no-config)(?:=|$)/.test(flag)
    );
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...flags,
        ...config && /deno\.jsonc?$/.test(config) && !isConfigured
          ? [`--config=${config}`]
          : [],
        PROGRAM,
        String(module),
        handler,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {});
    const output = this.#process.stdout.getReader();
    this.#frames = new FrameReader(reading(output));
    this.ended = this.#end(output);
    this.ready = this.#greet();
    this.ready.catch(() => {});
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Hands a connection over, and passes its bytes until the request is done.
   *
   * @returns Whether the child has done it, and did not die.
   */
  async serveStream(
    connection: Deno.Conn,
    opened: OpenedRequest,
  ): Promise<boolean> {
    await this.#send(jsonFrame("O", opened));
    let done = false;
    const fed = this.#feed(connection, () => done);
    for (let frame; (frame = await this.#next()) !== null;) {
      if (frame.kind === "C") {
        done = true;
        await fed.end();
        return true;
      }
      try {
        if (frame.kind === "D") await writeAll(connection, frame.payload);
        else if (frame.kind === "H") await connection.closeWrite();
      } catch {
        // The client has left; the handler learns that when it reads.
      }
    }
    done = true;
    return false;
  }

  /** Hands a datagram over, and sends its answers. */
  async serveDatagram(
    [packet, socket]: DatagramRequest<Deno.Addr>,
    opened: OpenedRequest,
  ): Promise<boolean> {
    await this.#send(jsonFrame("O", opened, packet));
    for (let frame; (frame = await this.#next()) !== null;) {
      if (frame.kind === "C") return true;
      if (frame.kind === "S") {
        const [address, data] = readJson<Deno.Addr>(frame.payload);
        await socket.sendto(data, address).catch(() => {});
      }
    }
    return false;
  }

  /** Lets it end when it has nothing to do. */
  close(): void {
    this.#input.close().catch(() => {});
  }

  /** Ends it now. */
  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  async #end(
    output: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<string> {
    const { code, signal } = await this.#process.status;
    await this.#input.abort().catch(() => {});
    await output.cancel().catch(() => {});
    return signal ?? `status ${code}`;
  }

  async #greet(): Promise<void> {
    const frame = await this.#next();
    if (frame?.kind === "R") return;
    throw new Error(
      `Cannot start a child: it has ended by ${await this.ended}`,
    );
  }

  #next(): Promise<ForkFrame | null> {
    return this.#frames.next();
  }

  async #send(frame: Uint8Array): Promise<void> {
    // A child that has died is noticed where its answer is read.
    await this.#input.write(frame).catch(() => {});
  }

  /** Passes on what a client sends. */
  #feed(
    connection: Deno.Conn,
    isDone: () => boolean,
  ): { end(): Promise<void> } {
    let ended = false;
    const end = async () => {
      if (ended) return;
      ended = true;
      await this.#send(forkFrame("E"));
    };
    void (async () => {
      const buffer = new Uint8Array(65536);
      while (!ended) {
        const count = await connection.read(buffer).catch(() => null);
        // The child has moved on; what comes now is for nobody.
        if (isDone() || ended) return;
        if (count === null) return await end();
        await this.#send(forkFrame("D", buffer.subarray(0, count)));
      }
    })();
    return { end };
  }
}

/** A stream as something that is read in pieces of any size. */
function reading(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): FrameSource {
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(target) {
      while (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        rest = value;
      }
      const taken = rest.subarray(0, target.length);
      target.set(taken);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
  };
}
