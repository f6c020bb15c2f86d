// @pure
/**
 * Reads the words of a command line, strictly: what is not understood is an
 * error that says what it is.
 *
 * @module
 */

/** One option that a program has. */
export interface OptionSpec {
  /** Its long name, without dashes. */
  readonly name: string;
  /** Its one letter, if it has one. */
  readonly letter?: string;
  /** What its value is called in the help; an option without is a switch. */
  readonly value?: string;
  /** What it does, for the help. */
  readonly help: string;
}

/** A heading of the help with the options below it. */
export interface OptionGroup {
  /** The heading. */
  readonly title: string;
  /** The options. */
  readonly options: readonly OptionSpec[];
}

/** What a command line says. */
export class ParsedOptions {
  /** Values by option name in the order given; a switch has empty ones. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The words that belong to no option. */
  readonly words: readonly string[];

  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    words: readonly string[],
  ) {
    this.values = values;
    this.words = words;
  }

  /** All values of an option. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** The value that counts, `null` if there is none. */
  last(name: string): string | null {
    return this.all(name).at(-1) ?? null;
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.values.has(name);
  }

  /**
   * A number; `null` for 0, which lifts a limit; `undefined` if it was not given.
   *
   * @throws {UsageError} If it is none.
   */
  limit(name: string): number | null | undefined {
    const text = this.last(name);
    if (text === null) return undefined;
    if (!/^[0-9]{1,9}$/.test(text)) {
      throw new UsageError(`--${name} needs a whole number, not "${text}"`);
    }
    return Number(text) || null;
  }

  /**
   * A number of bytes, maybe with k, M or G behind it; `null` and `undefined`
   * as for {@linkcode limit}.
   *
   * @throws {UsageError} If it is none.
   */
  size(name: string): number | null | undefined {
    const text = this.last(name);
    if (text === null) return undefined;
    const match = /^([0-9]{1,9})([kMG]?)$/i.exec(text);
    if (match === null) {
      throw new UsageError(
        `--${name} needs a number of bytes such as 500, 64k or 10M, not "${text}"`,
      );
    }
    const power = ["", "k", "m", "g"].indexOf(match[2]!.toLowerCase());
    return Number(match[1]) * 1024 ** power || null;
  }
}

/** A command line that was not understood; the message is for who has typed it. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads a command line: `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * switches in one word (`-qv`), and `--` before words that look like options.
 *
 * @param args The words.
 * @param specs The options that there are.
 * @returns Options and other words.
 * @throws {UsageError} If an option is unknown, lacks its value or takes none.
 */
export function parseOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
): ParsedOptions {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const add = ({ name }: OptionSpec, value: string): void => {
    const list = values.get(name) ?? [];
    list.push(value);
    values.set(name, list);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
      const spec = specs.find((each) => each.name === name) ??
        unknown(`--${name}`, specs);
      if (spec.value === undefined) {
        if (equals >= 0) throw new UsageError(`--${name} takes no value`);
        add(spec, "");
      } else if (equals >= 0) {
        add(spec, arg.slice(equals + 1));
      } else {
        add(spec, args[++i] ?? lacking(`--${name}`, spec));
      }
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]!;
        const spec = specs.find((each) => each.letter === letter) ??
          unknown(`-${letter}`, specs);
        if (spec.value === undefined) {
          add(spec, "");
          continue;
        }
        const rest = arg.slice(at + 1).replace(/^=/, "");
        add(spec, rest || (args[++i] ?? lacking(`-${letter}`, spec)));
        break;
      }
    } else {
      words.push(arg);
    }
  }
  return new ParsedOptions(values, words);
}

function lacking(option: string, { value }: OptionSpec): never {
  throw new UsageError(`${option} needs a value: ${option} ${value}`);
}

function unknown(option: string, specs: readonly OptionSpec[]): never {
  const near = specs.find(({ name }) =>
    option.length > 3 && distanceIsSmall(option.slice(2), name)
  );
  throw new UsageError(
    `${option} is unknown${near ? `; did you mean --${near.name}?` : ""}`,
  );
}

/** Whether two names differ by one letter, or one begins the other. */
function distanceIsSmall(typed: string, name: string): boolean {
  if (name.startsWith(typed) || typed.startsWith(name)) return true;
  let start = 0;
  while (start < name.length && typed[start] === name[start]) start++;
  let end = 0;
  while (
    end < Math.min(name.length, typed.length) - start &&
    typed.at(-1 - end) === name.at(-1 - end)
  ) end++;
  return Math.max(name.length, typed.length) - start - end <= 2;
}

/** Where the explanations begin. */
const COLUMN = 29;

/**
 * The options for a help text that fits into 80 columns.
 *
 * @param groups The options under their headings.
 */
export function formatOptions(groups: readonly OptionGroup[]): string {
  return groups.map(({ title, options }) =>
    `\n${title}:\n${options.map(optionLine).join("")}`
  ).join("");
}

function optionLine({ name, letter, value, help }: OptionSpec): string {
  const short = letter === undefined ? "    " : `-${letter}, `;
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  const head = `  ${short}${long}`;
  const gap = head.length < COLUMN - 1
    ? " ".repeat(COLUMN - head.length)
    : `\n${" ".repeat(COLUMN)}`;
  return `${head}${gap}${help}\n`;
}
