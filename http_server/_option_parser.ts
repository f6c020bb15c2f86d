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

/** What a command line says. */
export interface ParsedOptions {
  /** Values by option name in the order given; a switch has empty ones. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The words that belong to no option. */
  readonly words: readonly string[];
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
  return { values, words };
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
