/**
 * Streams: Python's `io`, and the files of its `socket` module.
 *
 * Everything that may touch the operating system returns a promise; questions
 * are answered at once.
 *
 * ```
 *                         IOBase
 *        ┌──────────────────┼────────────────────────┐
 *    RawIOBase        BufferedIOBase             TextIOBase
 *    ┌───┴────┐     ┌───────┼──────────┐        ┌────┴─────┐
 *  FileIO SocketIO BytesIO BufferedReader …  TextIOWrapper StringIO
 * ```
 *
 * @example Writes and reads memory
 * ```ts
 * import { BytesIO } from "@pystd/server/io";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new BytesIO();
 * await stream.write(new TextEncoder().encode("one\ntwo\n"));
 * await stream.seek(0);
 * assertEquals(new TextDecoder().decode(await stream.readline()), "one\n");
 * ```
 *
 * @module
 */
export * from "./buffered_io_base.ts";
export * from "./buffered_random.ts";
export * from "./buffered_reader.ts";
export * from "./buffered_rw_pair.ts";
export * from "./buffered_writer.ts";
export * from "./bytes.ts";
export * from "./bytes_io.ts";
export * from "./codecs.ts";
export * from "./coalescing_writer.ts";
export * from "./constants.ts";
export * from "./copy.ts";
export * from "./errors.ts";
export * from "./file_io.ts";
export * from "./incremental_newline_decoder.ts";
export * from "./io_base.ts";
export * from "./makefile.ts";
export * from "./raw_io_base.ts";
export * from "./readers.ts";
export * from "./resource_id.ts";
export * from "./socket_io.ts";
export * from "./string_io.ts";
export * from "./text_io_base.ts";
export * from "./text_io_wrapper.ts";
export * from "./timeouts.ts";
export * from "./web_streams.ts";
export * from "./open.ts";
