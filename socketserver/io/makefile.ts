import { BufferedReader } from "./buffered_reader.ts";
import { BufferedRWPair } from "./buffered_rw_pair.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { DEFAULT_BUFFER_SIZE } from "./constants.ts";
import { type Connection, SocketIO } from "./socket_io.ts";
import { TextIOWrapper, type TextIOWrapperOptions } from "./text_io_wrapper.ts";

/** What {@linkcode makefile} returns: the plainest stream that does what the mode says. */
export type SocketFile =
  | SocketIO
  | BufferedReader
  | BufferedWriter
  | BufferedRWPair
  | TextIOWrapper;

/**
 * Opens a file over a connection, Python's `socket.makefile`. The connection
 * stays open until its owner closes it and the last of its files is closed.
 *
 * @param connection The connection.
 * @param mode `r` (the default), `w` or both; with `b` for bytes, else text.
 * @param buffering Buffer size in bytes; 0 gives the bare {@linkcode SocketIO}
 * and needs `b`; the default size if negative or left out.
 * @param options Codec and line ends of a text file.
 * @returns The file.
 * @throws {RangeError} If `mode` has other letters, `buffering` is 0 for text or
 * no whole number, or there is no such codec.
 *
 * @example Talks in lines of text
 * ```ts
 * import { makefile, type TextIOWrapper } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await Deno.connect({ port: (listener.addr as Deno.NetAddr).port });
 * using connection = await listener.accept();
 * await client.write(new TextEncoder().encode("hello\r\n"));
 *
 * await using file = makefile(connection, "r") as TextIOWrapper;
 * assertEquals(await file.readline(), "hello\n");
 * ```
 */
export function makefile(
  connection: Connection,
  mode = "r",
  buffering = -1,
  options: TextIOWrapperOptions = {},
): SocketFile {
  if (/[^rwb]/.test(mode)) {
    throw new RangeError(
      `Cannot open a socket with mode "${mode}": only r, w and b are allowed`,
    );
  }
  const writes = mode.includes("w");
  const reads = mode.includes("r") || !writes;
  const binary = mode.includes("b");
  if (buffering === 0 && !binary) {
    throw new RangeError(
      "Cannot open a socket without a buffer: text needs one",
    );
  }
  const raw = new SocketIO(connection, reads ? writes ? "rw" : "r" : "w");
  if (buffering === 0) return raw;
  const size = buffering < 0 ? DEFAULT_BUFFER_SIZE : buffering;
  try {
    const file = buffered(raw, size, reads, writes);
    return binary ? file : new TextIOWrapper(file, options);
  } catch (error) {
    void raw.close(); // lets go of the connection
    throw error;
  }
}

function buffered(
  raw: SocketIO,
  size: number,
  reads: boolean,
  writes: boolean,
): BufferedReader | BufferedWriter | BufferedRWPair {
  if (!reads) return new BufferedWriter(raw, size);
  if (!writes) return new BufferedReader(raw, size);
  return new BufferedRWPair(raw, raw, size);
}
