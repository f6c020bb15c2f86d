/**
 * An application in Python: through workers of this package, and through the
 * servers that Python people use.
 *
 * @module
 */
import { findPython } from "../_tools/testing/python.ts";
import { compareWebServers, type WebServer } from "./_web.ts";

const OURS = "pythonApp";
const GUNICORN = "gunicorn -w1 --threads 4";
const WAITRESS = "waitress --threads 4";

const FOLDER = new URL("./python/", import.meta.url).pathname;

/** Runs the benchmark and prints what came of it. */
export async function python(): Promise<void> {
  const own = findPython("sys");
  if (!own) {
    return console.log("A Python application: left out, there is no python3");
  }
  const servers: WebServer[] = [{
    name: OURS,
    command: (port) => [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      `${FOLDER}ours.ts`,
      String(port),
      own,
    ],
  }];
  const gunicorn = findPython("gunicorn");
  if (gunicorn) {
    servers.push({
      name: GUNICORN,
      command: (port) => [
        gunicorn,
        "-m",
        "gunicorn",
        "--chdir",
        FOLDER,
        ..."-w1 --threads 4 --keep-alive 60 --log-level error -b".split(" "),
        `127.0.0.1:${port}`,
        "app:application",
      ],
    });
  }
  const waitress = findPython("waitress");
  if (waitress) {
    servers.push({
      name: WAITRESS,
      command: (port) => [
        waitress,
        "-c",
        `import sys; sys.path.insert(0, ${JSON.stringify(FOLDER)})
from app import application
from waitress import serve
serve(application, host="127.0.0.1", port=${port}, threads=4, connection_limit=1000)`,
      ],
    });
  }
  await compareWebServers(
    "Hello world in Python, 1 worker with 4 threads, 16 connections",
    servers,
    { path: "/", connections: 16, rounds: 5, seconds: 2 },
    [GUNICORN, WAITRESS].map((peer) => ({
      what: `Python hello: throughput, to \`${peer}\``,
      server: OURS,
      peer,
      measure: "throughput" as const,
      atLeast: 1,
    })),
  );
}
