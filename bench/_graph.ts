/** Draws a line through measured points, as SVG. */

/** What a graph shows. */
export interface Graph {
  /** What it is about. */
  readonly title: string;
  /** What the horizontal axis counts; it is logarithmic if `logarithmic` says so. */
  readonly across: string;
  /** What the vertical axis counts, from 0. */
  readonly up: string;
  /** Whether each step across is a factor. */
  readonly logarithmic?: boolean;
  /** The points, from left to right. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What something else needs at the same places: a grey line. */
  readonly beside?: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 60;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 50;

/** Draws a graph. */
export function draw(graph: Graph): string {
  const { points, beside = [], logarithmic = false } = graph;
  const scale = logarithmic ? Math.log : (x: number) => x;
  const xs = points.map(([x]) => scale(x));
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const highest = roundUp(Math.max(...points.map(([, y]) => y), ...beside));
  const across = (x: number) =>
    LEFT + (scale(x) - first) / (last - first || 1) * (WIDTH - LEFT - RIGHT);
  const up = (y: number) =>
    HEIGHT - BOTTOM - y / highest * (HEIGHT - TOP - BOTTOM);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * highest);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(WIDTH / 2, 20, graph.title, 'font-size="14" text-anchor="middle"'),
    text(WIDTH / 2, HEIGHT - 10, graph.across, 'text-anchor="middle"'),
    text(10, TOP - 8, graph.up, ""),
    ...marks.flatMap((y) => [
      `<path d="M${LEFT} ${round(up(y))}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 6, up(y) + 4, String(Number(y.toPrecision(3))), END),
    ]),
    ...points.map(([x]) =>
      text(across(x), HEIGHT - BOTTOM + 18, x.toLocaleString("en"), MIDDLE)
    ),
    line("#999", beside.map((y, i) => [across(points[i]![0]), up(y)])),
    line("#06c", points.map(([x, y]) => [across(x), up(y)])),
    ...points.map(([x, y]) =>
      `<circle cx="${round(across(x))}" cy="${
        round(up(y))
      }" r="3" fill="#06c"/>`
    ),
    "</svg>\n",
  ].join("\n");
}

function line(
  color: string,
  places: readonly (readonly [x: number, y: number])[],
): string {
  const path = places.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${path}"/>`;
}

const END = 'text-anchor="end"';
const MIDDLE = 'text-anchor="middle"';

function text(x: number, y: number, content: string, more: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${more}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The next number that begins with 1, 2, 4 or 8 and goes on with zeros. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 4, 8, 10].find((digit) => digit * power >= value)!;
}
