/**
 * Hello world over keep-alive connections: a handler class of this package
 * against a loop that only reads and writes, `Deno.serve`, `node:http` and
 * CPython's `http.server`, one after the other under the same load.
 *
 *     deno run --allow-all bench/hello.ts [seconds] [connections]
 *
 * Needs `wrk`; CPython is left out where there is no `python3`. Processor time
 * for a request is the figure to compare: requests a second also depend on
 * what else the machine does, wrk itself included.
 *
 * @module
 */
import { findProgram } from "../_tools/testing/real_program.ts";

interface Contestant {
  name: string;
  /** The command, to which the port is added. */
  command: readonly string[];
}

interface Result {
  name: string;
  perSecond: number;
  /** Microseconds of processor time for a request. */
  cost: number | null;
  /** Latency that one of a hundred requests exceeds, as wrk writes it. */
  p99: string;
}

const PORT = 8765;
const WARM_UP = 1;

const here = (name: string) =>
  new URL(`./hello/${name}`, import.meta.url).pathname;
const deno = (name: string) => [
  Deno.execPath(),
  "run",
  "--no-check",
  "--allow-net",
  here(name),
];

function contestants(): Contestant[] {
  const python = findProgram("python3");
  return [
    { name: "BaseHTTPRequestHandler", command: deno("ours.ts") },
    { name: "Deno.Conn, read and write", command: deno("bare_conn.ts") },
    { name: "Deno.serve", command: deno("deno_serve.ts") },
    { name: "node:http", command: deno("node_http.ts") },
    ...python
      ? [{ name: "CPython", command: [python, here("cpython.py")] }]
      : [],
  ];
}

async function measure(
  { name, command }: Contestant,
  wrk: string,
  seconds: number,
  connections: number,
): Promise<Result> {
  const [program, ...args] = command;
  const server = new Deno.Command(program!, {
    args: [...args, String(PORT)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await listening();
    await load(wrk, WARM_UP, connections);
    const before = processorTime(server.pid);
    const { requests, duration, p99 } = await load(wrk, seconds, connections);
    const after = processorTime(server.pid);
    const cost = before === null || after === null
      ? null
      : (after - before) / requests * 1e6;
    return { name, perSecond: requests / duration, cost, p99 };
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
}

/** Waits until somebody answers, which must be who was started just now. */
async function listening(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      using _connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: PORT,
      });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Deno.errors.TimedOut("Cannot measure: the server does not start");
}

async function load(
  wrk: string,
  seconds: number,
  connections: number,
): Promise<{ requests: number; duration: number; p99: string }> {
  const { stdout } = await new Deno.Command(wrk, {
    args: [
      "--threads=1",
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      "--latency",
      `http://127.0.0.1:${PORT}/`,
    ],
  }).output();
  const report = new TextDecoder().decode(stdout);
  const failures = /Socket errors: .*|Non-2xx .*/.exec(report);
  if (failures) console.error(failures[0]);
  return {
    requests: Number(/(\d+) requests in/.exec(report)?.[1]),
    duration: Number(/requests in ([\d.]+)s/.exec(report)?.[1]),
    p99: /\n\s+99%\s+(\S+)/.exec(report)?.[1] ?? "",
  };
}

/** Seconds of processor time that a process has used; Linux only. */
function processorTime(pid: number): number | null {
  if (Deno.build.os !== "linux") return null;
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function show(results: readonly Result[]): void {
  const rows = results.map(({ name, perSecond, cost, p99 }) => ({
    server: name,
    "requests/s": Math.round(perSecond),
    "CPU us/request": cost === null ? "?" : Number(cost.toFixed(1)),
    "p99 latency": p99,
  }));
  console.table(rows);
}

if (import.meta.main) {
  const wrk = findProgram("wrk");
  if (!wrk) {
    throw new Deno.errors.NotFound("Cannot measure: wrk is not installed");
  }
  const seconds = Number(Deno.args[0] ?? 5);
  const connections = Number(Deno.args[1] ?? 32);
  const results: Result[] = [];
  for (const contestant of contestants()) {
    results.push(await measure(contestant, wrk, seconds, connections));
  }
  show(results);
}
