/**
 * From the start of a program to its first answer: the file server, against a
 * program that only listens and answers.
 *
 * @module
 */
import { freePort } from "../_tools/testing/free_port.ts";
import { median } from "./_harness.ts";
import { judge, table } from "./_report.ts";
import { denoProgram, spawn, type WebServer } from "./_web.ts";

const ROUNDS = 11;

/** Runs the benchmark and prints what came of it. */
export async function start(): Promise<void> {
  const programs: WebServer[] = [
    {
      name: "Deno, nothing else",
      command: denoProgram("./hello/bare_conn.ts"),
    },
    {
      name: "the file server",
      command: (port) => [
        ...denoProgram("../mod.ts")(port),
        "--bind=127.0.0.1",
      ],
    },
  ];
  const needed = programs.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, program] of programs.entries()) {
      const time = await timeToAnswer(program);
      if (round >= 0) needed[i]!.push(time);
    }
  }
  const ratio = (i: number) =>
    median(needed[i]!.map((time, round) => time / needed[0]![round]!));
  table(
    "From start to the first answer",
    programs.map(({ name }, i) => ({
      program: name,
      milliseconds: Math.round(median(needed[i]!)),
      ratio: Number(ratio(i).toFixed(2)),
    })),
  );
  judge({
    what: "Start of the file server: time, to an empty program that listens",
    atMost: 1.3,
  }, ratio(1));
}

async function timeToAnswer({ command }: WebServer): Promise<number> {
  const port = freePort();
  const started = performance.now();
  const child = spawn(command, port);
  try {
    await answer(port);
    return performance.now() - started;
  } finally {
    child.kill();
    await child.status;
  }
}

/** Asks until somebody answers. */
async function answer(port: number): Promise<void> {
  const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (let attempt = 0; attempt < 2000; attempt++) {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(request);
      if (await connection.read(new Uint8Array(64)) !== null) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  throw new Deno.errors.TimedOut("Cannot measure: the program does not answer");
}
