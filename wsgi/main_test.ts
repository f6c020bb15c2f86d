/** The command line as a program of its own: what it prints, serves, and how it ends. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Folder } from "../_tools/testing/folder.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";

/** What the README calls: the module itself. */
const MAIN = fromFileUrl(import.meta.resolve("./mod.ts"));

class Program extends RunningProgram {
  constructor(args: readonly string[], flags: readonly string[] = ["-A"]) {
    super(MAIN, args, { flags });
  }
}

/** Runs a command line that ends by itself. */
async function run(
  args: readonly string[],
  flags?: readonly string[],
): Promise<[code: number, stdout: string, stderr: string]> {
  await using program = new Program(args, flags);
  const code = await program.ended();
  return [code, program.stdout, program.stderr];
}

const WSGI = `export default (environ, startResponse) => {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [new TextEncoder().encode(environ["wsgi.url_scheme"] + " " + environ.PATH_INFO)];
};
export const site = { hello: (request) => new Response("hello") };
export const wrong = (environ, startResponse) => {
  startResponse("200 OK", []);
  return [];
};
`;

const FETCH = `export default {
  text: "fetched",
  fetch(request, { remoteAddr }) {
    return new Response(this.text + " " + remoteAddr.hostname);
  },
};
`;

const FILES = {
  "wsgi.ts": WSGI,
  "fetch.ts": FETCH,
  "public": { "a.txt": "a file" },
  "empty.ts": "",
  "number.ts": "export default 7;",
  "throws.ts": `throw new Error("no luck\\ntoday");`,
  "syntax.ts": "export default (;",
  "reads.ts": `Deno.env.get("HOME"); export default () => new Response();`,
};

Deno.test("main() serves an application, says what it has found, and logs", async () => {
  await using folder = await Folder.make(FILES);
  await using program = new Program(["0", folder.at("wsgi.ts")]);
  const port = await program.port();
  assertEquals(
    program.stdout,
    "Serving a WSGI application\n" +
      `Serving HTTP on 127.0.0.1 port ${port} (http://127.0.0.1:${port}/) ...\n`,
  );
  const response = await fetch(`http://127.0.0.1:${port}/tea`);
  assertEquals(await response.text(), "http /tea");
  await program.printed(
    /^127\.0\.0\.1 - - \[.+\] "GET \/tea HTTP\/1\.1" 200 9\n$/,
    "stderr",
  );
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 0);
});

Deno.test("main() serves fetch handlers and named exports", async () => {
  await using folder = await Folder.make(FILES);
  const cases: [app: string, found: string, answer: string][] = [
    ["fetch.ts", "a fetch handler", "fetched 127.0.0.1"],
    ["wsgi.ts:site.hello", "a fetch handler", "hello"],
  ];
  for (const [app, found, answer] of cases) {
    await using program = new Program(["0", folder.at(app), "-q"]);
    const response = await fetch(`http://127.0.0.1:${await program.port()}/`);
    assertEquals(await response.text(), answer);
    assertStringIncludes(program.stdout, `Serving ${found}\n`);
    program.process.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
    assertEquals(program.stderr, "");
  }
});

Deno.test("main() serves files in front of the application", async () => {
  await using folder = await Folder.make(FILES);
  await using program = new Program([
    folder.at("wsgi.ts"),
    "0",
    "--static",
    `/files=${folder.at("public")}`,
  ]);
  const url = `http://127.0.0.1:${await program.port()}`;
  const text = async (path: string) => {
    const response = await fetch(url + path);
    return [response.status, await response.text()];
  };
  assertEquals(await text("/files/a.txt"), [200, "a file"]);
  assertEquals(await text("/page"), [200, "http /page"]);
  assertEquals((await text("/files/none"))[0], 404);
});

Deno.test("main() holds an application to PEP 3333 if it is told to", async () => {
  await using folder = await Folder.make(FILES);
  await using program = new Program([
    folder.at("wsgi.ts:wrong"),
    "0",
    "--validate",
  ]);
  const response = await fetch(`http://127.0.0.1:${await program.port()}/`);
  await response.body?.cancel();
  assertEquals(response.status, 500);
  await program.printed(/AssertionError: .*Content-Type/, "stderr");
});

for (const reload of [[], ["--reload"]]) {
  testWithPrograms(
    ["curl"],
    `main() serves over TLS ${reload.join("")}`,
    async ({ curl }) => {
      await using folder = await Folder.make(FILES);
      await using program = new Program([
        folder.at("wsgi.ts"),
        "0",
        "--tls-self-signed",
        ...reload,
      ]);
      const port = await program.port();
      const { stdout } = await new Deno.Command(curl, {
        args: ["-sk", `https://127.0.0.1:${port}/a`],
      }).output();
      assertEquals(new TextDecoder().decode(stdout), "https /a");
    },
  );

  Deno.test({
    name: `main() serves over a Unix socket ${reload.join("")}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using folder = await Folder.make(FILES);
      const path = folder.at("socket");
      await using program = new Program([
        folder.at("wsgi.ts"),
        "--unix",
        path,
        ...reload,
      ]);
      await program.printed(/^Serving HTTP on the socket \S+ \.\.\.$/m);
      using connection = await Deno.connect({ transport: "unix", path });
      await connection.write(
        new TextEncoder().encode(
          "GET /u HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ),
      );
      const answer = await new Response(connection.readable).text();
      assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhttp \/u$/);
      program.process.kill("SIGINT");
      assertEquals(await program.ended(), 0);
    },
  });
}

Deno.test("main() ends with 1 and one line if the application cannot be served", async () => {
  await using folder = await Folder.make(FILES);
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const cases: [args: string[], message: RegExp, flags?: string[]][] = [
    [["none.ts"], /^Cannot serve ".*none\.ts": there is no such file$/],
    [["wsgi.ts:none"], /^Cannot serve ".*": it has no "none"; name another, /],
    [["empty.ts"], /^Cannot serve ".*": it has no default export$/],
    [["number.ts"], /^Cannot serve ".*": it is a number, not callable$/],
    [
      ["throws.ts"],
      /^Cannot serve ".*": it throws Error: no luck today \(file:/,
    ],
    [["syntax.ts"], /^Cannot serve ".*": SyntaxError: .* \(file:.*:1:17\)$/],
    [
      ["wsgi.ts", "--static", "/a=/none"],
      /^Cannot serve "\/none": there is no such folder$/,
    ],
    [
      ["wsgi.ts", String(port)],
      /^Cannot listen on 127\.0\.0\.1 port \d+: it is in use$/,
    ],
    [
      ["wsgi.ts", "--reload", String(port)],
      /^Cannot listen on 127\.0\.0\.1 port \d+: it is in use$/,
    ],
    [["wsgi.ts"], /^Cannot go on without net access to .*: add --allow-net$/, [
      "-R",
    ]],
    [
      ["wsgi.ts"],
      /^Cannot go on without read access to .*: add --allow-read$/,
      ["-N"],
    ],
    [["reads.ts"], /^Cannot go on without env access to .*: add --allow-env$/, [
      "-NR",
    ]],
    [
      ["wsgi.ts", "--reload"],
      /^Cannot go on without run access to .*: add --allow-run$/,
      ["-NRW"],
    ],
  ];
  await Promise.all(cases.map(async ([[app, ...args], message, flags]) => {
    const [code, stdout, stderr] = await run(
      [folder.at(app!), ...args],
      flags,
    );
    const [, shown = ""] = /^error: (.*)\n$/.exec(stderr) ?? [];
    assertMatch(shown, message, `${app} ${args}: ${stderr}`);
    assertEquals(code, 1, app);
    assert(!stdout.includes("Serving HTTP"), app);
  }));
});

Deno.test("main() ends with 2 and one line if it is called wrongly", async () => {
  for (
    const args of [[], ["--nope"], ["a.ts", "b.ts"], ["a.ts", "localhost:"]]
  ) {
    const [code, stdout, stderr] = await run(args, []);
    assertMatch(stderr, /^error: [^\n]+\(--help shows all options\)\n$/);
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }
});

Deno.test("main() explains itself on stdout and ends with 0", async () => {
  const [code, help, nothing] = await run(["--help"], []);
  assertEquals([code, nothing], [0, ""]);
  assertStringIncludes(help, "Usage: ");
  const [, version] = await run(["--version"], []);
  assertMatch(version, /^@pystd\/server \d+\.\d+\.\d+\n$/);
});
