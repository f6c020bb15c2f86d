import { assert, assertEquals, assertThrows } from "@std/assert";
import { readCommandLine } from "./_command_line.ts";
import { formatHelp, OPTIONS } from "./_command_line_options.ts";
import { parseOptions, UsageError } from "./option_parser.ts";

const SPECS = [
  { name: "bind", letter: "b", value: "ADDR", help: "" },
  { name: "quiet", letter: "q", help: "" },
  { name: "verbose", letter: "v", help: "" },
] as const;

Deno.test("parseOptions() reads options in every spelling", () => {
  const cases: [
    args: string[],
    values: [string, string[]][],
    words: string[],
  ][] = [
    [[], [], []],
    [["--bind", "x"], [["bind", ["x"]]], []],
    [["--bind=x=y"], [["bind", ["x=y"]]], []],
    [["--bind="], [["bind", [""]]], []],
    [["-b", "x", "-by", "-b=z"], [["bind", ["x", "y", "z"]]], []],
    [["-qv"], [["quiet", [""]], ["verbose", [""]]], []],
    [["-qbx", "w"], [["quiet", [""]], ["bind", ["x"]]], ["w"]],
    [["a", "-q", "b"], [["quiet", [""]]], ["a", "b"]],
    [["--", "-q", "--bind"], [], ["-q", "--bind"]],
    [["-"], [], ["-"]],
    [["-b", "-q"], [["bind", ["-q"]]], []],
  ];
  for (const [args, values, words] of cases) {
    const parsed = parseOptions(args, SPECS);
    assertEquals([...parsed.values], values, args.join(" "));
    assertEquals(parsed.words, words, args.join(" "));
  }
});

Deno.test("parseOptions() says what it does not understand", () => {
  const cases: [args: string[], message: string][] = [
    [["--nope"], "--nope is unknown"],
    [["--bnid", "x"], "--bnid is unknown; did you mean --bind?"],
    [["--quit"], "--quit is unknown; did you mean --quiet?"],
    [["--verb"], "--verb is unknown; did you mean --verbose?"],
    [["-x"], "-x is unknown"],
    [["-qx"], "-x is unknown"],
    [["--bind"], "--bind needs a value: --bind ADDR"],
    [["-b"], "-b needs a value: -b ADDR"],
    [["--quiet=1"], "--quiet takes no value"],
    [["--constructor"], "--constructor is unknown"],
  ];
  for (const [args, message] of cases) {
    const error = assertThrows(() => parseOptions(args, SPECS), UsageError);
    assertEquals(error.message, message);
  }
});

Deno.test("readCommandLine() has defaults for everything (test_no_arguments)", () => {
  assertEquals(readCommandLine([]), {
    action: "serve",
    port: null,
    bind: [],
    unix: null,
    root: null,
    tls: null,
    auth: [],
    user: "",
    workers: 1,
    cgi: false,
    quiet: false,
    maxConnections: null,
    drain: 5,
    handler: {},
  });
});

Deno.test("readCommandLine() reads ports and paths in any order (test_port_flag, test_directory_flag)", () => {
  const read = (...args: string[]) => {
    const { port, root } = readCommandLine(args);
    return [port, root];
  };
  assertEquals(read("8080"), [8080, null]);
  assertEquals(read("0"), [0, null]);
  assertEquals(read("public"), [null, "public"]);
  assertEquals(read("8080", "public"), [8080, "public"]);
  assertEquals(read("public", "8080"), [8080, "public"]);
  assertEquals(read("./8080"), [null, "./8080"]);
  assertEquals(read("-d", "/tmp", "9000"), [9000, "/tmp"]);
  assertEquals(read("--directory=/tmp"), [null, "/tmp"]);
});

Deno.test("readCommandLine() reads addresses (test_bind_flag)", () => {
  const { bind } = readCommandLine([
    "-b",
    "127.0.0.1",
    "--bind",
    "[::1]",
    "--bind=localhost",
  ]);
  assertEquals(bind, ["127.0.0.1", "::1", "localhost"]);
});

Deno.test("readCommandLine() reads where certificates are (test_tls_cert_and_key_flags, test_tls_cert_and_key_and_password_flags)", () => {
  const read = (...args: string[]) => readCommandLine(args).tls;
  assertEquals(read("--tls-cert", "c"), {
    kind: "files",
    cert: "c",
    key: null,
    passwordFile: null,
  });
  assertEquals(
    read("--tls-cert", "c", "--tls-key", "k", "--tls-password-file", "p"),
    { kind: "files", cert: "c", key: "k", passwordFile: "p" },
  );
  assertEquals(read("--tls-self-signed"), { kind: "selfSigned" });
});

Deno.test("readCommandLine() passes on what the handler is to know (test_protocol_flag, test_extra_response_headers_arg)", () => {
  const read = (...args: string[]) => readCommandLine(args).handler;
  assertEquals(read("--protocol", "HTTP/1.0"), { protocolVersion: "HTTP/1.0" });
  assertEquals(read("-H", "A: 1", "--header", "A:2", "-HB:  c: d "), {
    extraResponseHeaders: [["A", "1"], ["A", "2"], ["B", "c: d"]],
  });
  assertEquals(read("--content-type", "text/plain"), {
    defaultContentType: "text/plain",
  });
  assertEquals(read("--index", "a.html, b.html"), {
    indexPages: ["a.html", "b.html"],
  });
  assertEquals(read("--cache", "60"), { cacheControl: "max-age=60" });
  assertEquals(read("--cache=0"), { cacheControl: "no-cache" });
  assertEquals(
    read(
      "--no-compress",
      "--cors",
      "--spa",
      "--clean-urls",
      "--no-listing",
      "--hidden",
      "--follow-symlinks",
    ),
    {
      compress: false,
      cors: "*",
      spa: true,
      cleanUrls: true,
      listing: false,
      hidden: true,
      followSymlinks: true,
    },
  );
  assertEquals(
    read(
      "--max-head",
      "8k",
      "--max-fields",
      "50",
      "--header-timeout",
      "5",
      "--idle-timeout",
      "0",
      "--body-timeout=7",
      "--max-body",
      "10M",
      "--max-requests",
      "100",
    ),
    {
      maxHeadBytes: 8192,
      maxRequestLine: 8192,
      maxFieldLine: 8192,
      maxFields: 50,
      headerTimeout: 5,
      idleTimeout: null,
      bodyTimeout: 7,
      maxBodyBytes: 10 * 1024 * 1024,
      maxRequests: 100,
    },
  );
  const { maxConnections, drain } = readCommandLine([
    "--max-connections",
    "7",
    "--drain",
    "0",
  ]);
  assertEquals([maxConnections, drain], [7, 0]);
});

Deno.test("readCommandLine() shows help before anything else (test_help_flag)", () => {
  assertEquals(readCommandLine(["-h"]).action, "help");
  assertEquals(readCommandLine(["8000", "--help", "--version"]).action, "help");
  assertEquals(readCommandLine(["--version"]).action, "version");
  const { action, user } = readCommandLine(["--hash-password", "ada"]);
  assertEquals([action, user], ["hashPassword", "ada"]);
});

Deno.test("readCommandLine() refuses every option that is given wrongly (test_unknown_flag, test_missing_tls_cert_flag)", () => {
  const wrong: string[][] = [
    ["--unknown-flag"],
    ["65536"],
    ["123456789"],
    ["8000", "9000"],
    ["a", "b"],
    ["a", "-d", "b"],
    [""],
    ["--bind", ""],
    ["--bind", "a b"],
    ["--bind", "/tmp/x"],
    ["--unix", "x", "8000"],
    ["--unix", "x", "--bind", "y"],
    ["--unix", "x", "--tls-self-signed"],
    ["--tls-key", "k"],
    ["--tls-password-file", "p"],
    ["--tls-self-signed", "--tls-cert", "c"],
    ["--tls-self-signed", "--tls-key", "k"],
    ["-H", "novalue"],
    ["-H", ":x"],
    ["-H", "bad name: x"],
    ["-H", "A: b\r\nC: d"],
    ["-H", "A: \u20ac"],
    ["--content-type", "text"],
    ["--content-type", "a/b\n"],
    ["--index", ""],
    ["--index", "a,,b"],
    ["--index", "a/b"],
    ["--cache", "x"],
    ["--cache", "-1"],
    ["--cache", "1.5"],
    ["--protocol", "HTTP/2"],
    ["--protocol", "1.1"],
    ["--auth", "nocolon"],
    ["--auth", ":x"],
    ["--auth", "@"],
    ["--hash-password", ""],
    ["--hash-password", "a:b"],
    ["--max-head", "0"],
    ["--max-head", "x"],
    ["--max-head", "5T"],
    ["--max-fields", "0"],
    ["--max-fields", "1k"],
    ["--header-timeout", "1s"],
    ["--idle-timeout", ""],
    ["--body-timeout", "-5"],
    ["--max-body", "1.5M"],
    ["--max-requests", "many"],
    ["--max-connections", "1e3"],
    ["--drain", "soon"],
    ...OPTIONS.map(({ name, value }) =>
      value === undefined ? [`--${name}=x`] : [`--${name}`]
    ),
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
