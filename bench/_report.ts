/**
 * What the benchmarks say: tables and how far the goals were reached, on the
 * console and, if wanted, in `README.md`.
 *
 * @module
 */

/** A goal: a ratio of two contestants, and its bound. */
export interface Goal {
  /** What is compared. */
  readonly what: string;
  /** The bound that must not be passed. */
  readonly atMost?: number;
  /** The bound that must be reached. */
  readonly atLeast?: number;
  /** What the numbers are, if not ratios. */
  readonly unit?: string;
}

/** One row of a table; all rows have the same columns. */
export type Row = Readonly<Record<string, string | number>>;

const lines: string[] = [];
const verdicts: Row[] = [];
const pictures = new Map<string, string>();

/** Prints a table, and keeps it for the file. */
export function table(title: string, rows: readonly Row[]): void {
  console.log(title);
  console.table(rows);
  lines.push(`### ${title}`, "", ...markdown(rows), "");
}

/** Tells whether a goal was reached, and keeps that for the file. */
export function judge(goal: Goal, value: number): void {
  const { what, atMost = Infinity, atLeast = -Infinity, unit = "" } = goal;
  const reached = value <= atMost && value >= atLeast;
  const shown = `${Number(value.toPrecision(3))}${unit && ` ${unit}`}`;
  const bound = atMost === Infinity
    ? `at least ${atLeast}`
    : `at most ${atMost}`;
  console.log(
    `  ${reached ? "reached" : "MISSED "} ${what}: ${shown}, ${bound}`,
  );
  verdicts.push({
    what,
    measured: shown,
    goal: bound,
    reached: reached ? "yes" : "**no**",
  });
}

/** Keeps a picture, for the file to show. */
export function picture(title: string, name: string, svg: string): void {
  pictures.set(name, svg);
  lines.push(`![${title}](${name})`, "");
}

const START = "<!-- results: written by `deno task bench --write` -->";
const END = "<!-- end of results -->";

/** Puts what was reported into `README.md`, with date and hardware, and its pictures beside it. */
export async function writeResults(): Promise<void> {
  const file = new URL("README.md", import.meta.url);
  const old = await Deno.readTextFile(file);
  const before = old.slice(0, old.indexOf(START));
  const after = old.slice(old.indexOf(END));
  const text = [
    START,
    "",
    `${new Date().toISOString().slice(0, 10)}, ${await hardware()}.`,
    "",
    ...markdown(verdicts),
    "",
    ...lines,
  ].join("\n");
  await Deno.writeTextFile(file, before + text + after);
  for (const [name, svg] of pictures) {
    await Deno.writeTextFile(new URL(name, import.meta.url), svg);
  }
}

async function hardware(): Promise<string> {
  const cpu = /model name\s*: (.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo"),
  );
  const { total } = Deno.systemMemoryInfo();
  return `Deno ${Deno.version.deno}, Linux ${Deno.osRelease()}, ` +
    `${navigator.hardwareConcurrency} cores of ${
      cpu?.[1] ?? Deno.build.arch
    }, ` +
    `${Math.round(total / 2 ** 30)} GiB`;
}

function markdown(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (!first) return [];
  const names = Object.keys(first);
  const row = (cells: readonly (string | number)[]) =>
    `| ${cells.join(" | ")} |`;
  return [
    row(names),
    row(names.map((name) => typeof first[name] === "number" ? "--:" : "---")),
    ...rows.map((each) => row(names.map((name) => each[name] ?? ""))),
  ];
}
