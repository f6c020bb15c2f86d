/**
 * What the layers cost: lines of 64 bytes, echoed through
 * `StreamRequestHandler`, against a bare loop over `Deno.Conn`.
 *
 * @module
 */
import { compete, type Contestant, start } from "./_harness.ts";
import { judge, table } from "./_report.ts";

const CONNECTIONS = 16;
const ROUNDS = 7;
const ROUND_TRIPS = 80_000;

async function contestant(
  name: string,
  program: string,
  ...args: string[]
): Promise<Contestant & AsyncDisposable> {
  const server = start(program, ...args);
  const port = await server.line();
  const load = start("./_echo_load.ts", port, String(CONNECTIONS));
  return {
    name,
    server,
    load,
    async [Symbol.asyncDispose](): Promise<void> {
      await load[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Runs the benchmark and prints what came of it. */
export async function echo(): Promise<void> {
  await using bare = await contestant(
    "Deno.Conn, bare loop",
    "./_echo_bare.ts",
  );
  await using handler = await contestant(
    "StreamRequestHandler",
    "./_echo_handler.ts",
  );
  await using timely = await contestant(
    "StreamRequestHandler, timeout = 30",
    "./_echo_handler.ts",
    "30",
  );
  const results = await compete([bare, handler, timely], {
    rounds: ROUNDS,
    roundTrips: ROUND_TRIPS,
  });
  table(
    "Echo of a 64-byte line, 16 connections",
    results.map(({ name, microseconds, ratio }) => ({
      server: name,
      "CPU us/line": Number(microseconds.toPrecision(3)),
      "CPU ratio": Number(ratio.toFixed(2)),
    })),
  );
  judge({
    what: "Echo through `StreamRequestHandler`: CPU, to a bare loop",
    atMost: 1.15,
  }, results[1]!.ratio);
}
