/**
 * What should not grow: CPU time of a request with the connections, with the
 * requests served before, and with the files of a site; and memory. A graph
 * each.
 *
 * @module
 */
import {
  cpuSeconds,
  MIB,
  residentMemory,
} from "../_tools/testing/processes.ts";
import { findProgram } from "../_tools/testing/real_program.ts";
import { draw, type Graph } from "./_graph.ts";
import { ask, median, start } from "./_harness.ts";
import { judge, picture } from "./_report.ts";
import { Contestant, denoProgram, type WebServer } from "./_web.ts";

const HELLO: WebServer = {
  name: "BaseHTTPRequestHandler",
  command: denoProgram("./hello/ours.ts"),
};

/** Runs the benchmark and prints what came of it. */
export async function growth(): Promise<void> {
  const wrk = findProgram("wrk");
  if (wrk) {
    await withConnections(wrk);
    await withFiles(wrk);
  }
  await withRequests();
}

async function withConnections(wrk: string): Promise<void> {
  await using server = await Contestant.start(HELLO);
  await using bare = await Contestant.start({
    name: "Deno.Conn, bare loop",
    command: denoProgram("./hello/bare_conn.ts"),
  });
  const counts = [64, 125, 250, 500, 1000, 2000];
  const needed = counts.map((): number[] => []);
  const least = counts.map((): number[] => []);
  for (let round = -1; round < 3; round++) {
    for (const [i, connections] of counts.entries()) {
      const load = { path: "/", connections, rounds: 1, seconds: 1 };
      const { microseconds } = await server.turn(wrk, load);
      const beside = await bare.turn(wrk, load);
      if (round < 0) continue;
      needed[i]!.push(microseconds);
      least[i]!.push(beside.microseconds);
    }
  }
  show("connections", 1.25, {
    title: "CPU time of a request, by connections (grey: a bare loop)",
    across: "connections",
    up: "us",
    logarithmic: true,
    points: counts.map((count, i) => [count, median(needed[i]!)]),
    beside: least.map(median),
  });
}

async function withFiles(wrk: string): Promise<void> {
  const asked = 1000;
  const sizes = [1000, 3000, 10_000, 30_000, 100_000];
  await using stack = new AsyncDisposableStack();
  const sites: { server: Contestant; script: string }[] = [];
  for (const size of sizes) {
    const folder = await makeTree(size);
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const command = denoProgram("./files/ours.ts", folder);
    const server = stack.use(
      await Contestant.start({ name: String(size), command }),
    );
    await Deno.writeTextFile(
      `${folder}/spread.lua`,
      `local i = 0
request = function()
  i = (i + 1) % ${asked}
  local n = i * ${size / asked}
  return wrk.format("GET", "/" .. math.floor(n / 1000) .. "/" .. n .. ".txt")
end`,
    );
    sites.push({ server, script: `file://${folder}/spread.lua` });
  }
  const needed = sizes.map((): number[] => []);
  for (let round = -2; round < 3; round++) {
    for (const [i, { server, script }] of sites.entries()) {
      const load = {
        path: "/",
        connections: 32,
        rounds: 1,
        seconds: 2,
        script,
      };
      const { microseconds } = await server.turn(wrk, load);
      if (round >= 0) needed[i]!.push(microseconds);
    }
  }
  show("files", 1.25, {
    title:
      `CPU time of a request for one of ${asked} files, by files of the site`,
    across: "files of the site",
    up: "us",
    logarithmic: true,
    points: sizes.map((size, i) => [size, median(needed[i]!)]),
  });
}

/** A folder of folders with a thousand small files each. */
async function makeTree(size: number): Promise<string> {
  const folder = await Deno.makeTempDir();
  const content = new Uint8Array(1024).fill(97);
  for (let i = 0; i < size; i++) {
    const inside = `${folder}/${Math.floor(i / 1000)}`;
    if (i % 1000 === 0) await Deno.mkdir(inside);
    Deno.writeFileSync(`${inside}/${i}.txt`, content);
  }
  return folder;
}

async function withRequests(): Promise<void> {
  await using server = await Contestant.start(HELLO);
  await using load = start("./_http_load.ts", String(server.port), "64");
  const step = 100_000;
  const cpu: [number, number][] = [];
  const memory: [number, number][] = [];
  await ask(load, step); // to warm up
  for (let served = step; served <= 1_000_000; served += step) {
    const before = cpuSeconds(server.pid);
    await ask(load, step);
    const seconds = cpuSeconds(server.pid) - before;
    cpu.push([served, seconds * 1e6 / step]);
    memory.push([served, residentMemory(server.pid) / MIB]);
  }
  show("requests", 1.25, {
    title: "CPU time of a request, by requests served on 64 connections before",
    across: "requests",
    up: "us",
    points: cpu,
  });
  // V8 takes some hundred thousand requests to find the size of its heap.
  show("memory", 1.05, {
    title: "Memory, by requests served",
    across: "requests",
    up: "MiB",
    points: memory,
  }, 500_000);
}

/** Draws a graph and judges it: its end against its beginning, or what comes from a point on. */
function show(name: string, atMost: number, graph: Graph, from = 0): void {
  console.log(graph.title);
  const { beside } = graph;
  for (const [i, [x, y]] of graph.points.entries()) {
    console.log(
      `  ${String(x).padStart(8)} ${y.toFixed(1).padStart(8)} ${graph.up}${
        beside ? `, beside ${beside[i]!.toFixed(1)}` : ""
      }`,
    );
  }
  picture(graph.title, `growth_${name}.svg`, draw(graph));
  // What grows for everybody is the system's.
  const points = graph.points
    .map(([x, y], i) => [x, y / (beside?.[i] ?? 1)] as const)
    .filter(([x]) => x >= from);
  const part = Math.max(1, Math.floor(points.length / 3));
  const level = (some: readonly (readonly [number, number])[]) =>
    median(some.map(([, y]) => y));
  judge(
    {
      what: `${graph.title}: last third to first third${
        from > 0 ? ` from ${from} on` : ""
      }`,
      atMost,
    },
    level(points.slice(-part)) / level(points.slice(0, part)),
  );
}
