/**
 * Mutated requests on real connections, several on each, against what the pure
 * parsers make of the same bytes: which requests reach the handler, what is
 * refused and how, that every connection ends, and that nothing stays behind.
 */
import { assert, assertEquals } from "@std/assert";
import {
  generator,
  mutate,
  type Random,
  validRequests,
} from "../_tools/testing/mutate.ts";
import { liveMemory } from "../_tools/testing/live_memory.ts";
import { field, latin1 } from "../_tools/testing/raw_client.ts";
import {
  type Conversation,
  readRequests,
} from "../_tools/testing/read_requests.ts";
import { serve, type Served } from "../_tools/testing/serve.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import {
  hasToken,
  keepAlive,
  ProtocolError,
  splitList,
} from "./protocol/mod.ts";

const REQUESTS = 20_000;
const PER_CONNECTION = 8;
const AT_ONCE = 8;
const SEED = 0x9110;

/** Reads every body, and tells what it was asked for. */
class Recorder extends BaseHTTPRequestHandler {
  static seen = new Map<number, string[]>();
  override logMessage(): void {}

  protected override _methodFor(): () => Promise<void> {
    return async () => {
      const { port } = this.clientAddress;
      const body = await this.rfile.read();
      const seen = Recorder.seen.get(port) ?? [];
      Recorder.seen.set(port, seen);
      seen.push(`${this.requestline} + ${body.length}`);
      this.sendResponseOnly(200);
      this.sendHeader("Content-Length", 2);
      await this.endHeaders();
      await this.wfile.write(latin1("ok"));
    };
  }
}

interface Outcome {
  seen: string[];
  /** Statuses of the final answers; 9 for one of HTTP/0.9. */
  statuses: number[];
}

Deno.test("20,000 mutated requests over reused connections do no harm", async () => {
  const random = generator(SEED);
  const samples = validRequests();
  let answered = 0;
  let refused = 0;
  let reused = 0;
  await using served = serve(Recorder, (server) => server.lingerTime = 0.2);
  const files = openFiles();

  async function converse(count: number): Promise<void> {
    while (answered + refused < count) {
      const data = Array.from(
        { length: PER_CONNECTION },
        () => mutateLightly(samples, random),
      ).join("");
      const expected = outcomeOf(readRequests([latin1(data)]));
      const actual = await ask(served, data);
      if (JSON.stringify(actual) !== JSON.stringify(expected)) {
        assertEquals(actual, expected, JSON.stringify(data));
      }
      answered += actual.seen.length;
      refused += actual.statuses.at(-1)! >= 400 ? 1 : 0;
      reused += actual.seen.length > 1 ? 1 : 0;
    }
  }
  async function run(count: number): Promise<number> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => converse(count)));
    return liveMemory();
  }

  const early = await run(REQUESTS / 10);
  const grown = await run(REQUESTS) - early;
  assert(grown < 2 << 20, `${grown} bytes are not given back`);
  // Mutations that break everything, or nothing, would show nothing.
  assert(refused > REQUESTS / 10 && reused > REQUESTS / 10);
  while (served.server.handlers.size > 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const left = openFiles() - files;
  assert(left < 10, `${left} files stay open`);
});

/** Most requests are left as they are: behind a refused one nothing is read. */
function mutateLightly(samples: readonly string[], random: Random): string {
  return random(3) === 0
    ? mutate(samples, random)
    : samples[random(samples.length)]!;
}

/** What a server should make of what the parsers have read. */
function outcomeOf({ requests, rest, error }: Conversation): Outcome {
  const outcome: Outcome = { seen: [], statuses: [] };
  for (const { head, body } of requests) {
    const expect = head.fields.getJoined("expect") ?? "";
    const known = splitList(expect).every((one) =>
      hasToken(one, "100-continue")
    );
    if (!known && head.version >= "HTTP/1.1") {
      outcome.statuses.push(417);
      return outcome;
    }
    outcome.seen.push(`${head.line} + ${body.length}`);
    outcome.statuses.push(head.version === "HTTP/0.9" ? 9 : 200);
    if (!keepAlive(head)) return outcome;
  }
  if (error instanceof ProtocolError) outcome.statuses.push(error.status);
  // The client closes its side: a head that is not complete never will be.
  else if (
    /[^\r\n]/.test(rest) && !/\n\r?\n/.test(rest.replace(/^[\r\n]+/, ""))
  ) {
    outcome.statuses.push(400);
  }
  return outcome;
}

async function ask(served: Served, data: string): Promise<Outcome> {
  using client = await served.connect();
  const { port } = client.connection.localAddr as Deno.NetAddr;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no end: ${JSON.stringify(data)}`)),
      10_000,
    );
  });
  await client.sendUntilRefused(data);
  await client.endSending().catch(() => {});
  const answers = await Promise.race([client.readToEnd(), hangs]);
  clearTimeout(timer);
  const seen = Recorder.seen.get(port) ?? [];
  Recorder.seen.delete(port);
  return { seen, statuses: statusesOf(answers, seen) };
}

/** Reads answers strictly: anything out of place is an error. */
function statusesOf(answers: string, seen: readonly string[]): number[] {
  const statuses: number[] = [];
  let closed = false;
  while (answers !== "") {
    assert(!closed, `bytes behind the last answer: ${answers}`);
    const line = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(answers);
    if (line === null) {
      assertEquals(answers, "ok");
      return [...statuses, 9];
    }
    const end = answers.indexOf("\r\n\r\n") + 4;
    assert(end >= 4);
    const head = answers.slice(0, end - 4);
    const status = Number(line[1]);
    answers = answers.slice(end);
    if (status === 100) continue;
    const request = seen[statuses.length] ?? "";
    statuses.push(status);
    closed = field({ head }, "connection") === "close";
    const length = Number(field({ head }, "content-length") ?? 0);
    // A HEAD that is refused is not seen by the handler.
    if (request.startsWith("HEAD ") || status >= 400 && answers === "") {
      continue;
    }
    assert(answers.length >= length, "an answer is cut short");
    answers = answers.slice(length);
  }
  return statuses;
}

function openFiles(): number {
  if (Deno.build.os !== "linux") return 0;
  return Array.from(Deno.readDirSync("/proc/self/fd")).length;
}
