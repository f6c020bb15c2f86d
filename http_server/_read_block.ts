import type { BufferedIOBase, BufferedReader } from "../socketserver/io/mod.ts";
import { isBufferedReader } from "./_as_buffered_reader.ts";
import {
  DEFAULT_HEAD_LIMITS,
  FieldsScanner,
  type HeadOptions,
} from "./protocol/mod.ts";

/** Field lines as they came. */
export interface Block {
  /** The lines, with the empty one if that has arrived. */
  bytes: Uint8Array;
  /** Whether it has; else the stream has ended before. */
  complete: boolean;
}

/**
 * Reads field lines up to the empty line behind them, and nothing beyond it.
 *
 * @throws {ProtocolError} 431 as soon as they break a limit.
 */
export async function readBlock(
  rfile: BufferedIOBase,
  options: HeadOptions,
): Promise<Block> {
  const scanner = new FieldsScanner(options);
  return isBufferedReader(rfile)
    ? await readFromWindow(rfile, scanner)
    : await readLines(rfile, scanner, options);
}

async function readFromWindow(
  reader: BufferedReader,
  scanner: FieldsScanner,
): Promise<Block> {
  while (true) {
    const window = reader.buffered;
    const length = scanner.fieldsLength(window);
    const ended = length < 0 && await reader.fill() === 0;
    if (length < 0 && !ended) continue;
    const bytes = reader.buffered.slice(0, ended ? undefined : length);
    reader.consume(bytes.length);
    return { bytes, complete: !ended };
  }
}

/** Another stream has no window: only line by line nothing is read too much. */
async function readLines(
  rfile: BufferedIOBase,
  scanner: FieldsScanner,
  options: HeadOptions,
): Promise<Block> {
  const most = options.maxFieldLine ?? DEFAULT_HEAD_LIMITS.maxFieldLine;
  let bytes = new Uint8Array(0);
  while (true) {
    const line = await rfile.readline(most + 1);
    if (line.length === 0) return { bytes, complete: false };
    const longer = new Uint8Array(bytes.length + line.length);
    longer.set(bytes);
    longer.set(line, bytes.length);
    bytes = longer;
    if (scanner.fieldsLength(bytes) >= 0) return { bytes, complete: true };
  }
}
