import type { FileVersion } from "./protocol/mod.ts";

/** An open regular file. What is said of it was asked of the open file. */
export interface OpenFile extends FileVersion, Disposable {
  readonly ino: number | null;
  /** All of its content, where that is in memory; not to be written to. */
  readonly bytes: Uint8Array | null;
  /** Reads at once: for what is small. Returns the number of bytes, 0 at the end. */
  readSync(target: Uint8Array, position: number): number;
  /** Reads in a thread. Returns the number of bytes, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Closes the file, after a read that is under way. */
  close(): void;
}
