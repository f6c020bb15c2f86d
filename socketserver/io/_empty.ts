import type { Bytes } from "./bytes.ts";

/** The empty byte string. */
export const EMPTY: Bytes = new Uint8Array(0);
