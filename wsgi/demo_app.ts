import { wsgiDecode } from "./native_string.ts";
import type { StartResponse, WSGIEnvironment, WSGIResult } from "./types.ts";

/**
 * Answers with its environment: Python's `wsgiref.simple_server.demo_app`, to
 * see whether a server works.
 *
 * @param environ The environment.
 * @param startResponse Begins the answer.
 * @returns The body.
 */
export function demoApp(
  environ: WSGIEnvironment,
  startResponse: StartResponse,
): WSGIResult {
  const lines = Object.keys(environ).sort().map((name) => {
    const value = environ[name];
    return `${name} = ${
      typeof value === "string"
        ? JSON.stringify(isBytes(value) ? wsgiDecode(value) : value)
        : Deno.inspect(value, { depth: 0, breakLength: Infinity })
    }`;
  });
  startResponse("200 OK", [["Content-Type", "text/plain; charset=utf-8"]]);
  return [new TextEncoder().encode(`Hello world!\n\n${lines.join("\n")}\n`)];
}

function isBytes(text: string): boolean {
  return /^[\0-\xff]*$/.test(text);
}
