/** Answers that come bit by bit, clients that leave, and bodies without end. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { testWithPage } from "../_tools/testing/chromium.ts";
import { drive } from "../_tools/testing/drive.ts";
import { RawClient } from "../_tools/testing/raw_client.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import {
  assertFlat,
  MIB,
  residentMemory,
} from "../_tools/testing/processes.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { serveApp, type ServedApp } from "../_tools/testing/served_app.ts";
import { until } from "../_tools/testing/waiting.ts";
import { StringIO } from "../socketserver/io/mod.ts";
import { toFetchHandler } from "./to_fetch_handler.ts";
import type { WSGIApplication, WSGIResult } from "./types.ts";
import { WSGIRequestHandler } from "./wsgi_request_handler.ts";

const utf8 = new TextEncoder();

/** Turns that a test gives and applications wait for. */
class Turns {
  #given = 0;
  #changed = Promise.withResolvers<void>();

  give(): void {
    this.#given++;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async wait(turn: number): Promise<void> {
    while (this.#given < turn) await this.#changed.promise;
  }
}

/** A host of an application, and what that has logged. */
interface Host extends AsyncDisposable {
  readonly errors: string;
  url(path: string): string;
}

function denoServe(app: WSGIApplication): Host {
  const errors = new StringIO();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    toFetchHandler(app, { errors }),
  );
  return {
    get errors() {
      return errors.getvalue();
    },
    url: (path) => `http://127.0.0.1:${server.addr.port}${path}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const HOSTS: Readonly<Record<string, (app: WSGIApplication) => Host>> = {
  "our server": serveApp,
  "Deno.serve": denoServe,
};

const WORDS = ["one", "two", "three"];

/** Ways to send three words, each behind the first when its turn has come. */
const STREAMS: Readonly<
  Record<string, (turns: Turns) => WSGIApplication>
> = {
  "an async generator": (turns) =>
    async function* (_environ, startResponse) {
      startResponse("200 OK", []);
      for (const [i, word] of WORDS.entries()) {
        await turns.wait(i);
        yield utf8.encode(word);
      }
    },
  "a stream": (turns) => (_environ, startResponse) => {
    startResponse("200 OK", []);
    let next = 0;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        await turns.wait(next);
        controller.enqueue(utf8.encode(WORDS[next++]));
        if (next === WORDS.length) controller.close();
      },
    }, { highWaterMark: 0 });
  },
  "write()": (turns) => async (_environ, startResponse) => {
    const write = startResponse("200 OK", []);
    for (const [i, word] of WORDS.entries()) {
      await turns.wait(i);
      await write(utf8.encode(word));
    }
    return [];
  },
};

for (const [title, make] of Object.entries(STREAMS)) {
  for (const host of Object.keys(HOSTS)) {
    Deno.test(`${title} reaches the client word by word under ${host}`, async () => {
      const turns = new Turns();
      await using site = HOSTS[host]!(make(turns));
      const response = await fetch(site.url("/"));
      const seen: string[] = [];
      for await (const word of response.body!) {
        seen.push(new TextDecoder().decode(word));
        turns.give();
      }
      assertEquals(seen, WORDS);
    });
  }
}

Deno.test("a generator that never waits is asked for a block when the one before has left", async () => {
  const writes: string[] = [];
  const leftBefore: number[] = [];
  const getApp = (): WSGIApplication =>
    function* (_environ, startResponse) {
      startResponse("200 OK", []);
      for (const word of WORDS) {
        leftBefore.push(writes.length);
        yield utf8.encode(word);
      }
    };
  const { sent } = await drive(
    WSGIRequestHandler,
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    {
      change: (handler) => Object.assign(handler.server, { getApp }),
      onWrite: (bytes) => writes.push(bytes),
    },
  );
  assertEquals(leftBefore, [0, 1, 2]);
  // The head comes with the first block.
  assertStringIncludes(writes[0]!, "\r\n\r\n3\r\none\r\n");
  assertEquals(sent, writes.join(""));
});

Deno.test("the blocks of a list leave together", async () => {
  const getApp = (): WSGIApplication => (_environ, startResponse) => {
    startResponse("200 OK", []);
    return WORDS.map((word) => utf8.encode(word));
  };
  const { writes } = await drive(
    WSGIRequestHandler,
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    { change: (handler) => Object.assign(handler.server, { getApp }) },
  );
  assertEquals(writes.length, 1);
});

const PAGE = `<!DOCTYPE html><title>Events</title><ol></ol><script>
  const source = new EventSource("/events");
  source.onmessage = ({ data }) => {
    document.querySelector("ol").append(Object.assign(
      document.createElement("li"), { textContent: data }));
    if (data === "three") source.close();
  };
</script>`;

testWithPage(
  "an event stream reaches the browser as it is written",
  async (page) => {
    const turns = new Turns();
    await using site = serveApp((environ, startResponse) => {
      const isPage = environ.PATH_INFO === "/";
      startResponse("200 OK", [
        ["Content-Type", isPage ? "text/html" : "text/event-stream"],
      ]);
      return isPage ? [utf8.encode(PAGE)] : (async function* () {
        for (const [i, word] of WORDS.entries()) {
          await turns.wait(i);
          yield utf8.encode(`data: ${word}\n\n`);
        }
      })();
    });
    await page.goto(site.url("/"));
    for (const count of [1, 2, 3]) {
      await page.waitFor(`document.querySelectorAll("li").length === ${count}`);
      turns.give();
    }
    assertEquals(await page.text("ol"), WORDS.join("\n"));
  },
);

/** How an application that does not end was ended. */
class Ending {
  finallies = 0;
  closes = 0;

  /** Gives a body a `close()` that counts, and ends it as servers do without. */
  counted<Body extends WSGIResult & { return(value: never): unknown }>(
    body: Body,
  ): WSGIResult {
    const close = () => {
      this.closes++;
      return body.return(undefined as never);
    };
    return Object.assign(body, { close });
  }
}

const NEVER = new Promise<never>(() => {});

/** Applications that do not end by themselves. */
const ENDLESS: Readonly<
  Record<string, (ending: Ending) => WSGIApplication>
> = {
  "a generator": (ending) => (_environ, startResponse) => {
    startResponse("200 OK", []);
    return ending.counted((function* () {
      try {
        while (true) yield new Uint8Array(1000).fill(120);
      } finally {
        ending.finallies++;
      }
    })());
  },
  "an async generator": (ending) => (_environ, startResponse) => {
    startResponse("200 OK", []);
    return ending.counted((async function* () {
      try {
        for (let i = 0;; i++) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield utf8.encode(`${i}\n`);
        }
      } finally {
        ending.finallies++;
      }
    })());
  },
  "a stream": (ending) => (_environ, startResponse) => {
    startResponse("200 OK", []);
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1000).fill(120));
      },
      cancel() {
        ending.finallies++;
        ending.closes++;
      },
    });
  },
  "write()": (ending) => async (_environ, startResponse) => {
    const write = startResponse("200 OK", []);
    try {
      while (true) {
        await write(utf8.encode("more\n"));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      ending.finallies++;
      ending.closes++;
    }
  },
};

for (const [title, make] of Object.entries(ENDLESS)) {
  for (const host of Object.keys(HOSTS)) {
    testWithPrograms(
      ["curl"],
      `curl aborting ends ${title} under ${host}, which is closed once`,
      async ({ curl }) => {
        const ending = new Ending();
        await using site = HOSTS[host]!(make(ending));
        const { code } = await new Deno.Command("sh", {
          args: ["-c", `${curl} -sN "$1" | head -c 20`, "sh", site.url("/")],
        }).output();
        assertEquals(code, 0);
        await until(() => ending.finallies > 0 && ending.closes > 0);
        assertEquals([ending.finallies, ending.closes], [1, 1]);
        assertEquals(site.errors, "");
      },
    );
  }
}

/** Waits until the server has noticed that its client has left. */
async function leave(site: ServedApp, start = ""): Promise<void> {
  using client = await RawClient.connect(site.served.address);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (start !== "" && !(await client.readSome()).includes(start));
  client.close();
  await until(() => site.log.length > 0);
  assertStringIncludes(site.log.join(), "Client left");
}

Deno.test("a body that never comes is closed once when its client has left", async () => {
  let closes = 0;
  await using site = serveApp((_environ, startResponse) => {
    startResponse("200 OK", []);
    return {
      [Symbol.asyncIterator]: () => ({ next: () => NEVER }),
      close: () => void closes++,
    };
  });
  await leave(site);
  assertEquals([closes, site.errors], [1, ""]);
});

Deno.test("a body that comes when its client has left is closed once", async () => {
  let closes = 0;
  const late = Promise.withResolvers<WSGIResult>();
  await using site = serveApp((_environ, startResponse) => {
    startResponse("200 OK", []);
    return late.promise;
  });
  await leave(site);
  late.resolve(Object.assign([utf8.encode("late")], {
    close() {
      closes++;
      throw new Error("a secret");
    },
  }));
  await until(() => site.errors !== "");
  assertEquals(closes, 1);
  assertStringIncludes(site.errors, "Error: a secret");
});

Deno.test("a generator that fails when it is ended harms nobody", async () => {
  await using site = serveApp(async function* (_environ, startResponse) {
    startResponse("200 OK", []);
    try {
      while (true) {
        yield utf8.encode("more\n");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is the case
      throw new Error("a secret");
    }
  });
  await leave(site, "more");
  await until(() => site.errors !== "");
  assertStringIncludes(site.errors, "Error: a secret");
});

Deno.test("a client that leaves within its body ends an application that reads it", async () => {
  let error: unknown;
  await using site = serveApp(async (environ, startResponse) => {
    try {
      await environ["wsgi.input"].read();
    } catch (thrown) {
      error = thrown;
      throw thrown;
    }
    startResponse("200 OK", []);
    return [];
  });
  using client = await RawClient.connect(site.served.address);
  await client.send(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nfour",
  );
  client.close();
  await until(() => site.log.length > 0);
  assertStringIncludes(site.log.join(), "Client left");
  assert(error instanceof Deno.errors.UnexpectedEof);
  assertEquals(site.errors, "");
});

Deno.test("a client that sends a malformed body is told so", async () => {
  await using site = serveApp(async (environ, startResponse) => {
    startResponse("200 OK", []);
    return [await environ["wsgi.input"].read()];
  });
  const answer = await site.served.ask(
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
  );
  assertStringIncludes(answer, "HTTP/1.1 400 ");
  assertEquals(site.errors, "");
});

/** Sends a body of many mebibytes to a program's application and reads its answer. */
async function exchangeMuch(
  program: RunningProgram,
  target: string,
  mebibytes: number,
): Promise<{ received: number; tail: string; memory: number[] }> {
  const port = await program.port();
  const block = new Uint8Array(MIB).fill(120);
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  const send = async () => {
    const head = utf8.encode(
      `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n` +
        `Content-Length: ${mebibytes * MIB}\r\n\r\n`,
    );
    for (let i = -1; i < mebibytes; i++) {
      let rest = i < 0 ? head : block;
      while (rest.length > 0) rest = rest.subarray(await client.write(rest));
      if (i % 32 === 0) memory.push(residentMemory(program.process.pid) / MIB);
    }
  };
  const memory: number[] = [];
  const sending = send();
  let received = 0;
  let tail = "";
  const buffer = new Uint8Array(MIB);
  for (let count; (count = await client.read(buffer)) !== null;) {
    received += count;
    const end = buffer.subarray(Math.max(0, count - 16), count);
    tail = (tail + new TextDecoder().decode(end)).slice(-16);
    if (mebibytes === 0) memory.push(residentMemory(program.process.pid) / MIB);
  }
  await sending;
  return { received, tail, memory };
}

for (
  const [title, target, mebibytes, least, end] of [
    ["takes 1 GiB", "/count", 1024, 0, `${1024 * MIB}`],
    ["sends 1 GiB", "/much?1024", 0, 1024 * MIB, "\r\n0\r\n\r\n"],
    ["passes 1 GiB through", "/echo", 1024, 1024 * MIB, "\r\n0\r\n\r\n"],
  ] as const
) {
  Deno.test({
    name: `an application ${title} at constant memory`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const here = (path: string) =>
        fromFileUrl(new URL(path, import.meta.url));
      await using program = new RunningProgram(here("mod.ts"), [
        "0",
        "--quiet",
        here("testdata/apps.ts"),
      ], { flags: ["-A", "--v8-flags=--expose-gc"] });
      const { received, tail, memory } = await exchangeMuch(
        program,
        target,
        mebibytes,
      );
      assert(received >= least, String(received));
      assert(tail.endsWith(end), tail);
      assertFlat(memory);
    },
  });
}

Deno.test("an application that writes without a wait is read at the client's pace", async () => {
  const errors = new StringIO();
  let asked = 0;
  let ended = false;
  const handler = toFetchHandler(function* (_environ, startResponse) {
    startResponse("200 OK", []);
    try {
      while (true) {
        asked++;
        yield new Uint8Array(1000);
      }
    } finally {
      ended = true;
    }
  }, { errors });
  const response = await handler(new Request("http://localhost/"));
  const reader = response.body!.getReader();
  for (let i = 0; i < 10; i++) await reader.read();
  assert(asked < 15, String(asked));
  await reader.cancel();
  await until(() => ended);
  assertEquals(errors.getvalue(), "");
});
