import type { BufferedIOBase } from "./buffered_io_base.ts";
import type { RawIOBase } from "./raw_io_base.ts";
import type { TextIOBase } from "./text_io_base.ts";

/** Anything that can be read: Python's `io.Reader`. */
export interface Reader<T> {
  /** Reads at most `size` items; everything if it is left out. */
  read(size?: number): Promise<T | null>;
}

/** Anything that can be written to: Python's `io.Writer`. */
export interface Writer<T> {
  /** Writes `data` and tells how much of it was taken. */
  write(data: T): Promise<number | null>;
}

/** Any stream of bytes: Python's `typing.BinaryIO`. */
export type BinaryIO = RawIOBase | BufferedIOBase;

/** Any stream of text: Python's `typing.TextIO`. */
export type TextIO = TextIOBase;

/**
 * Whether a value can be read from.
 *
 * @param value Anything.
 * @returns Whether it has a method `read`.
 */
export function isReader(value: unknown): value is Reader<unknown> {
  return hasMethod(value, "read");
}

/**
 * Whether a value can be written to.
 *
 * @param value Anything.
 * @returns Whether it has a method `write`.
 */
export function isWriter(value: unknown): value is Writer<unknown> {
  return hasMethod(value, "write");
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as Record<string, unknown>)[name] === "function";
}
