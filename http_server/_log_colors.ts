/**
 * The colours of log lines on a terminal: those that Python uses since 3.15.
 */

import { wantsColors } from "./_terminal_colors.ts";

const RESET = "\x1b[0m";
const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const YELLOW = "\x1b[33m";
const CYAN = "\x1b[36m";
const GREY = "\x1b[90m";
const BRIGHT_CYAN = "\x1b[96m";

/** What a piece of a log line is. */
export type LogPart = "timestamp" | "path" | "status" | "size" | "error";

const COLORS: Readonly<Record<Exclude<LogPart, "status">, string>> = {
  timestamp: GREY,
  path: CYAN,
  size: GREY,
  error: YELLOW,
};

/** By the first digit of a status code; the interim ones are plain. */
const STATUS_COLORS: readonly (string | undefined)[] = [
  undefined,
  undefined,
  GREEN,
  BRIGHT_CYAN,
  YELLOW,
  RED,
];

/** Colours a piece of text, which must be printable by now. */
export function colored(part: LogPart, text: string): string {
  const color = part === "status"
    ? STATUS_COLORS[Math.floor(Number(text) / 100)]
    : COLORS[part];
  return color === undefined ? text : color + text + RESET;
}

let wanted: boolean | undefined;

/** Whether stderr shows colours. */
export function terminalHasColors(): boolean {
  return wanted ??= wantsColors(Deno.stderr);
}
