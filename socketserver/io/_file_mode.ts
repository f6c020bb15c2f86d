/** What the mode of a file says, Python's grammar. */
export interface FileMode {
  /** `r` read, `w` write anew, `x` create, `a` append. */
  readonly action: string;
  /** Whether `+` adds the other direction. */
  readonly updating: boolean;
  /** Whether the file is read. */
  readonly reading: boolean;
  /** Whether the file is written. */
  readonly writing: boolean;
  /** Whether `b` was given. */
  readonly binary: boolean;
  /** Whether `t` was given. */
  readonly text: boolean;
}

/**
 * Reads a mode: exactly one of `r`, `w`, `x` and `a`, at most one `+`, and
 * `b` or `t`, in any order.
 *
 * @throws {RangeError} If it is anything else.
 */
export function parseFileMode(mode: string): FileMode {
  const letters = new Set(mode);
  const actions = [..."rwxa"].filter((letter) => letters.has(letter));
  const binary = letters.has("b");
  const text = letters.has("t");
  const action = actions[0];
  if (
    typeof mode !== "string" || letters.size !== mode.length ||
    !/^[rwxabt+]*$/.test(mode) || action === undefined || actions.length > 1 ||
    binary && text
  ) {
    throw new RangeError(
      `Cannot open a file with mode "${mode}": it must be one of r, w, x and a, with + or not, and b or t`,
    );
  }
  const updating = letters.has("+");
  return {
    action,
    updating,
    reading: action === "r" || updating,
    writing: action !== "r" || updating,
    binary,
    text,
  };
}

/** The mode as a binary file shows it. */
export function binarySpelling({ action, updating }: FileMode): string {
  if (action === "w" && updating) return "rb+"; // it truncates only once
  return `${action}b${updating ? "+" : ""}`;
}

/** What to ask `Deno.open` for. */
export function denoOpenOptions(mode: FileMode): Deno.OpenOptions {
  const { action } = mode;
  return {
    read: mode.reading,
    write: mode.writing && action !== "a",
    append: action === "a",
    truncate: action === "w",
    create: action === "w" || action === "a",
    createNew: action === "x",
  };
}
