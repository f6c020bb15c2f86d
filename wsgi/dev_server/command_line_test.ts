import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../http_server/option_parser.ts";
import { OPTIONS } from "./_command_line_options.ts";
import { formatHelp, readCommandLine } from "./command_line.ts";

Deno.test("readCommandLine() has defaults for everything but the application", () => {
  assertEquals(readCommandLine(["./app.ts"]), {
    action: "serve",
    port: null,
    bind: ["127.0.0.1"],
    unix: null,
    tls: null,
    quiet: false,
    maxConnections: null,
    drain: 5,
    reload: false,
    workers: 1,
    watch: [],
    settings: {
      app: "./app.ts",
      static: [],
      interface: "auto",
      validate: false,
      quiet: false,
      limits: {},
    },
  });
});

Deno.test("readCommandLine() tells ports and addresses from applications, in any order (test_runserver_addrport)", () => {
  const cases: [
    args: string,
    app: string,
    port: number | null,
    bind: string,
  ][] = [
    ["8080 ./app.ts", "./app.ts", 8080, "127.0.0.1"],
    ["./app.ts 0", "./app.ts", 0, "127.0.0.1"],
    ["./app.ts:site 8080", "./app.ts:site", 8080, "127.0.0.1"],
    ["0.0.0.0:8080 ./app.ts", "./app.ts", 8080, "0.0.0.0"],
    ["[::1]:80 ./app.ts", "./app.ts", 80, "::1"],
    ["localhost:80 ./app.ts", "./app.ts", 80, "localhost"],
    ["-b :: -b 127.0.0.1 80 ./app.ts", "./app.ts", 80, ":: 127.0.0.1"],
    ["--unix /tmp/s ./app.ts", "./app.ts", null, ""],
    ["npm:hono ", "npm:hono", null, "127.0.0.1"],
  ];
  for (const [args, app, port, bind] of cases) {
    const line = readCommandLine(args.trim().split(" "));
    assertEquals(
      [line.settings.app, line.port, line.bind.join(" ")],
      [app, port, bind],
      args,
    );
  }
});

Deno.test("readCommandLine() reads what is to happen to the application", () => {
  const { reload, watch, settings } = readCommandLine([
    "./app.ts",
    "--reload",
    "--watch",
    "pages",
    "--watch=a.txt",
    "--static",
    "/static=./files",
    "--static==public",
    "--static=/a/b/=/x=y",
    "--validate",
    "--quiet",
    "--interface=wsgi",
    "--max-body",
    "1k",
  ]);
  assertEquals([reload, watch], [true, ["pages", "a.txt"]]);
  assertEquals(settings, {
    app: "./app.ts",
    static: [
      { url: "/static/", directory: "./files" },
      { url: "/", directory: "public" },
      { url: "/a/b/", directory: "/x=y" },
    ],
    validate: true,
    quiet: true,
    interface: "wsgi",
    limits: { maxBodyBytes: 1024 },
    allowedHosts: [],
  });
});

Deno.test("readCommandLine() guards what is developed on this machine alone", () => {
  const cases: [args: string, hosts: string | undefined][] = [
    ["a.ts", undefined],
    ["a.ts 0.0.0.0:80 --reload", undefined],
    ["a.ts -b 127.0.0.1 -b :: --reload", undefined],
    ["a.ts --unix s --reload", undefined],
    ["a.ts --reload", ""],
    ["a.ts localhost:80 --reload", ""],
    [
      "a.ts --allowed-host b.example --allowed-host .c.example",
      "b.example,.c.example",
    ],
    ["a.ts --reload --allowed-host *", "*"],
  ];
  for (const [args, hosts] of cases) {
    const { settings } = readCommandLine(args.split(" "));
    assertEquals(settings.allowedHosts?.join(), hosts, args);
  }
});

Deno.test("readCommandLine() shows help before anything else", () => {
  assertEquals(readCommandLine(["--help"]).action, "help");
  assertEquals(readCommandLine(["--version"]).action, "version");
});

Deno.test("readCommandLine() refuses every option that is given wrongly", () => {
  const wrong: string[][] = [
    [],
    ["8000"],
    [""],
    ["a.ts", "b.ts"],
    ["a.ts", "8000", "9000"],
    ["a.ts", "8000", "127.0.0.1:9000"],
    ["a.ts", "70000"],
    ["a.ts", "::1:8000"],
    ["a.ts", ":8000"],
    ["a.ts", "localhost:80", "-b", "::1"],
    ["a.ts", "localhost:80", "--unix", "s"],
    ["a.ts", "80", "--unix", "s"],
    ["a.ts", "--watch", "x"],
    ["a.ts", "--reload", "--watch", ""],
    ["a.ts", "--static", "files"],
    ["a.ts", "--static", "/static="],
    ["a.ts", "--static", "/a b=files"],
    ["a.ts", "--static", "/a?b=files"],
    ["a.ts", "--static", "/a//b=files"],
    ["a.ts", "--interface", "asgi"],
    ["a.ts", "--allowed-host", ""],
    ["a.ts", "--allowed-host", "a b"],
    ["a.ts", "--allowed-host", "a:80"],
    ["a.ts", "--nope"],
    ...OPTIONS.map(({ name, value }) => [
      "a.ts",
      value === undefined ? `--${name}=x` : `--${name}`,
    ]),
  ];
  for (const args of wrong) {
    assertThrows(() => readCommandLine(args), UsageError, "", args.join(" "));
  }
});

Deno.test("formatHelp() fits into a terminal and names every option", () => {
  const help = formatHelp();
  for (const line of help.split("\n")) assert(line.length < 80, line);
  for (const { name } of OPTIONS) assert(help.includes(`--${name}`), name);
});
