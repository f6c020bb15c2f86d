/** The command line as a program of its own: what it prints, serves, and how it ends. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { X509Certificate } from "node:crypto";
import { MAIN, Program, USUAL } from "../_tools/testing/file_server_program.ts";
import { Folder } from "../_tools/testing/folder.ts";
import {
  findProgram,
  testWithPrograms,
} from "../_tools/testing/real_program.ts";
import { makeSelfSigned } from "./_self_signed.ts";

/** Runs a command line that ends by itself. */
async function run(
  args: readonly string[],
  flags?: readonly string[],
  cwd?: string,
): Promise<[code: number, stdout: string, stderr: string]> {
  await using program = new Program(args, flags, cwd);
  const code = await program.ended();
  return [code, program.stdout, program.stderr];
}

Deno.test("main() prints its Serving line and serves a file (test_http_client)", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  await using program = new Program([
    "0",
    "--bind",
    "127.0.0.1",
    "--directory",
    folder.path,
  ]);
  const port = await program.port();
  assertEquals(
    program.stdout,
    `Serving HTTP on 127.0.0.1 port ${port} (http://127.0.0.1:${port}/) ...\n`,
  );
  const response = await fetch(`http://127.0.0.1:${port}/a.txt`);
  assertEquals(await response.text(), "hello");
  const [, line] = await program.printed(/(.*)\n/, "stderr");
  assertMatch(
    line!,
    /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4} \d\d:\d\d:\d\d\] "GET \/a\.txt HTTP\/1\.1" 200 5$/,
  );
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 0);
  assertMatch(program.stdout, /\nInterrupted/);
});

Deno.test("main() serves the current folder on all addresses, IPv4 and IPv6, and restarts on its port at once", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  let asked = "0";
  for (let round = 0; round < 2; round++) {
    await using program = new Program([asked, "--quiet"], USUAL, folder.path);
    const port = await program.port();
    asked = String(port);
    await program.printed(
      /^Serving HTTP on :: port \d+ \(http:\/\/\[::\]:\d+\/\) \.\.\.\n {2}http:\/\/localhost:\d+\/\n/,
    );
    for (const host of ["127.0.0.1", "[::1]"]) {
      const response = await fetch(`http://${host}:${port}/a.txt`);
      assertEquals(await response.text(), "hello");
    }
    program.process.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
    assertEquals(program.stderr, "");
  }
});

Deno.test("main() shows the addresses for other machines if it may know them", async () => {
  await using folder = await Folder.make();
  await using program = new Program(["0", folder.path], [
    ...USUAL,
    "--allow-sys",
  ]);
  const port = await program.port();
  const lan = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  if (lan) {
    await program.printed(
      new RegExp(`^ {2}http://${lan.address}:${port}/$`, "m"),
    );
  }
});

Deno.test("main() takes the next free port if none was asked for, and says so", async () => {
  await using folder = await Folder.make();
  let taken: Deno.TcpListener | undefined;
  try {
    taken = Deno.listen({ hostname: "0.0.0.0", port: 8000 });
  } catch {
    // Somebody else has it: just as well.
  }
  try {
    await using program = new Program(["--bind", "127.0.0.1", folder.path]);
    const port = await program.port();
    assert(port > 8000 && port < 8100);
    assertStringIncludes(
      program.stdout,
      `Port 8000 is in use, so it is ${port}\n`,
    );
  } finally {
    taken?.close();
  }
});

Deno.test("main() ends with 1 and one line if it cannot serve", async () => {
  await using folder = await Folder.make({
    "a.txt": "x",
    "no.pem": "no certificate",
  });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const cases: [args: string[], message: RegExp, flags?: string[]][] = [
    [
      [String(port), "-b", "127.0.0.1"],
      new RegExp(
        `^error: Cannot listen on 127\\.0\\.0\\.1 port ${port}: it is in use$`,
      ),
    ],
    [
      ["0", "-b", "192.0.2.99"],
      /^error: Cannot listen on 192\.0\.2\.99 port 0: this machine has no such address$/,
    ],
    [
      ["/nonexistent"],
      /^error: Cannot serve "\/nonexistent": there is no such folder or file$/,
    ],
    [
      ["/dev/null"],
      /^error: Cannot serve "\/dev\/null": it is neither a folder nor a file$/,
      ["-A"],
    ],
    [["0", "--tls-cert", folder.at("no.pem")], /^error: Cannot .*certificate/i],
    [
      [folder.path],
      /^error: Cannot go on without net access to "\[::\]:8000": add --allow-net$/,
      ["--allow-read"],
    ],
    [
      [folder.path],
      /^error: Cannot go on without read access to .*: add --allow-read$/,
      ["--allow-net"],
    ],
    [
      [folder.path],
      /^error: Cannot go on without read access to .*: add --allow-read$/,
      [],
    ],
    [
      ["--unix", folder.at("socket"), folder.path],
      /^error: Cannot go on without write access to .*: add --allow-write$/,
    ],
    [
      ["--unix", folder.at("a.txt"), folder.path],
      /^error: Cannot listen on the socket .*: /,
      ["-A"],
    ],
  ];
  await Promise.all(cases.map(async ([args, message, flags]) => {
    const [code, stdout, stderr] = await run(args, flags);
    assertMatch(stderr.trimEnd(), message, args.join(" "));
    assertEquals([code, stdout], [1, ""], args.join(" "));
  }));
});

Deno.test("main() ends with 2 and one line if it is called wrongly (test_unknown_flag, test_missing_tls_cert_flag, test_invalid_password_file)", async () => {
  await using folder = await Folder.make({ "cert.pem": "x" });
  const cases: string[][] = [
    ["--unknown-flag"],
    ["--tls-key", "x"],
    [
      "--tls-cert",
      folder.at("cert.pem"),
      "--tls-password-file",
      "/nonexistent",
    ],
    ["--auth", "@/nonexistent"],
    ["--auth", "ada"],
    ["--cgi"],
    ["-H", "a\nb"],
  ];
  await Promise.all(cases.map(async (args) => {
    const [code, stdout, stderr] = await run(args);
    assertMatch(stderr, /^error: [^\n]+\n$/, args.join(" "));
    assertEquals([code, stdout], [2, ""], args.join(" "));
  }));
});

Deno.test("main() explains itself on stdout and ends with 0 (test_help_flag)", async () => {
  // Without any permission.
  const [code, help, nothing] = await run(["--help"], []);
  assertEquals([code, nothing], [0, ""]);
  assertStringIncludes(help, "Usage: ");
  const [, version] = await run(["--version"], []);
  assertMatch(version, /^@pystd\/server \d+\.\d+\.\d+\n$/);
});

Deno.test("main() colors its log and its addresses where it is told to, and what clients send stays harmless", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  await using program = new Program(
    ["0", folder.path, "--bind", "127.0.0.1"],
    [...USUAL, "--allow-env=FORCE_COLOR"],
    undefined,
    { FORCE_COLOR: "1" },
  );
  const [, port] = await program.printed(
    /\(ESC\[36mhttp:\S+:(\d+)\/ESC\[0m\) \.\.\.\n/,
  );
  using client = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const ask = async (target: string) => {
    await client.write(
      new TextEncoder().encode(
        `GET ${target} HTTP/1.1\r\nHost: a\r\nX: \x80\r\n\r\n`,
      ),
    );
  };
  await ask("/a.txt");
  await program.printed(
    / "ESC\[36mGET \/a\.txt HTTP\/1\.1ESC\[0m" ESC\[32m200ESC\[0m ESC\[90m5ESC\[0m\n/,
    "stderr",
  );
  await ask("/\x9b31m%1b");
  await program.printed(
    / ESC\[33mcode 404, message File not foundESC\[0m\n/,
    "stderr",
  );
  await program.printed(/ ESC\[33m404ESC\[0m /, "stderr");
  await program.printed(/\\x9b31m%1b/, "stderr");
  assert(!program.stderr.includes("\x9b"));
});

Deno.test("main() serves one file", async () => {
  await using folder = await Folder.make({
    "a b.txt": "only",
    "other.txt": "other",
  });
  await using program = new Program([
    "0",
    folder.at("a b.txt"),
    "--bind",
    "127.0.0.1",
  ]);
  const url = `http://127.0.0.1:${await program.port()}`;
  assertEquals(await (await fetch(url)).text(), "only");
  const other = await fetch(`${url}/other.txt`);
  await other.body?.cancel();
  assertEquals(other.status, 404);
});

Deno.test("main() passes its options on", async () => {
  await using folder = await Folder.make({
    "home.html": "home",
    ".env": "x",
    "about.html": "about",
  });
  await using program = new Program([
    "0",
    folder.path,
    "-b",
    "127.0.0.1",
    "-b",
    "::1",
    "--index",
    "home.html",
    "--hidden",
    "--cache",
    "60",
    "--cors",
    "--clean-urls",
    "-H",
    "X-A: 1",
    "--auth",
    "ada:lovelace",
    "--protocol",
    "HTTP/1.0",
    "--max-requests",
    "3",
  ]);
  const port = await program.port();
  await program.printed(/on ::1 port/);
  const headers = { Authorization: `Basic ${btoa("ada:lovelace")}` };
  for (const host of ["127.0.0.1", "[::1]"]) {
    const url = `http://${host}:${port}`;
    const home = await fetch(`${url}/`, { headers });
    assertEquals(await home.text(), "home");
    assertEquals(home.headers.get("X-A"), "1");
    assertEquals(home.headers.get("Cache-Control"), "max-age=60");
    assertEquals(home.headers.get("Access-Control-Allow-Origin"), "*");
    assertEquals(await (await fetch(`${url}/.env`, { headers })).text(), "x");
    assertEquals(
      await (await fetch(`${url}/about`, { headers })).text(),
      "about",
    );
    const refused = await fetch(`${url}/`);
    await refused.body?.cancel();
    assertEquals(refused.status, 401);
    assertEquals(
      refused.headers.get("WWW-Authenticate"),
      'Basic realm="files", charset="UTF-8"',
    );
  }
  // Nobody else hears what is said on the loopback.
  assert(!program.stderr.includes("warning"));
});

Deno.test("main() takes passwords from lines that it makes itself, and warns where others can read them", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  const hashing = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", MAIN, "--hash-password", "ada"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = hashing.stdin.getWriter();
  await writer.write(new TextEncoder().encode("lovelace\nrest"));
  await writer.close();
  const line = new TextDecoder().decode((await hashing.output()).stdout);
  assertMatch(line, /^ada:\$pbkdf2-sha256\$600000\$\S+\n$/);
  await Deno.writeTextFile(
    folder.at("passwords"),
    `# users\n\n${line}grace:hopper\r\n`,
  );
  await using program = new Program([
    "0",
    folder.path,
    "--auth",
    `@${folder.at("passwords")}`,
  ]);
  const url = `http://127.0.0.1:${await program.port()}/a.txt`;
  const status = async (credentials: string) => {
    const response = await fetch(url, {
      headers: { Authorization: `Basic ${btoa(credentials)}` },
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status("ada:lovelace"), 200);
  assertEquals(await status("grace:hopper"), 200);
  assertEquals(await status("grace:lovelace"), 401);
  await program.printed(/^warning: without TLS/m, "stderr");
});

Deno.test("main() serves over TLS with a certificate for this run", async () => {
  await using folder = await Folder.make({ "a.txt": "hello" });
  await using program = new Program([
    "0",
    folder.path,
    "--tls-self-signed",
    "--bind",
    "127.0.0.1",
  ]);
  const port = await program.port();
  const [, shown] = await program.printed(/SHA-256 ([0-9A-F:]+)\n/);
  assertStringIncludes(
    program.stdout,
    `Serving HTTPS on 127.0.0.1 port ${port} (https://127.0.0.1:${port}/) ...`,
  );
  const curl = findProgram("curl");
  if (!curl) return;
  const { stdout } = await new Deno.Command(curl, {
    args: ["-sk", "-w", "%{certs}", `https://127.0.0.1:${port}/a.txt`],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("hello"));
  const [pem] =
    /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(text) ??
      [];
  if (pem) assertEquals(new X509Certificate(pem).fingerprint256, shown);
});

testWithPrograms(
  ["openssl"],
  "main() serves over TLS with files, keys encrypted too (test_https_client, test_valid_certdata, test_invalid_certdata)",
  async ({ openssl }) => {
    const { cert, key } = await makeSelfSigned(["localhost"]);
    const { key: otherKey } = await makeSelfSigned(["localhost"]);
    await using folder = await Folder.make({
      "a.txt": "hello",
      "cert.pem": cert,
      "key.pem": key,
      "both.pem": cert + key,
      "other.pem": otherKey,
      "password": "secret\n",
      "wrong": "wrong",
    });
    const encrypting = await new Deno.Command(openssl, {
      args: [
        "pkcs8",
        "-topk8",
        "-in",
        folder.at("key.pem"),
        "-out",
        folder.at("encrypted.pem"),
        "-passout",
        "pass:secret",
      ],
    }).output();
    assert(encrypting.success);
    const at = (name: string) => folder.at(name);
    using client = Deno.createHttpClient({ caCerts: [cert] });
    const good = [
      ["--tls-cert", at("both.pem")],
      ["--tls-cert", at("cert.pem"), "--tls-key", at("key.pem")],
      [
        "--tls-cert",
        at("cert.pem"),
        "--tls-key",
        at("encrypted.pem"),
        "--tls-password-file",
        at("password"),
      ],
    ];
    await Promise.all(good.map(async (args) => {
      await using program = new Program([
        "0",
        folder.path,
        "--bind",
        "127.0.0.1",
        ...args,
      ]);
      const response = await fetch(
        `https://localhost:${await program.port()}/a.txt`,
        { client },
      );
      assertEquals(await response.text(), "hello");
    }));
    const bad: [args: string[], message: RegExp][] = [
      [["--tls-cert", at("cert.pem")], /key/],
      [["--tls-cert", at("cert.pem"), "--tls-key", at("other.pem")], /Cannot/],
      [["--tls-cert", at("cert.pem"), "--tls-key", at("a.txt")], /key/],
      [["--tls-cert", at("a.txt"), "--tls-key", at("key.pem")], /certificate/],
      [
        ["--tls-cert", at("cert.pem"), "--tls-key", at("encrypted.pem")],
        /password/,
      ],
      [[
        "--tls-cert",
        at("cert.pem"),
        "--tls-key",
        at("encrypted.pem"),
        "--tls-password-file",
        at("wrong"),
      ], /password/],
    ];
    await Promise.all(bad.map(async ([args, message]) => {
      const [code, stdout, stderr] = await run(["0", folder.path, ...args]);
      assertMatch(stderr, /^error: Cannot [^\n]+\n$/, args.join(" "));
      assertMatch(stderr, message, args.join(" "));
      assertEquals([code, stdout], [1, ""], args.join(" "));
    }));
  },
);

Deno.test({
  name: "main() serves over a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make({ "a.txt": "hello" });
    await using program = new Program([
      "--unix",
      folder.at("socket"),
      folder.path,
    ], ["-A"]);
    await program.printed(/^Serving HTTP on the socket \S+ \.\.\.$/m);
    using connection = await Deno.connect({
      transport: "unix",
      path: folder.at("socket"),
    });
    await connection.write(
      new TextEncoder().encode(
        "GET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      ),
    );
    const answer = await new Response(connection.readable).text();
    assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
    program.process.kill("SIGTERM");
    assertEquals(await program.ended(), 0);
  },
});

/** Starts a download and reads its beginning. */
async function startDownload(
  port: number,
): Promise<
  { reader: ReadableStreamDefaultReader<Uint8Array>; received: number }
> {
  const response = await fetch(`http://127.0.0.1:${port}/a.bin`);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  return { reader, received: value!.length };
}

const SIZE = 64 << 20;

Deno.test("main() lets a download end after SIGTERM, accepts nothing new, and ends with 0", async () => {
  await using folder = await Folder.make({ "a.bin": "" });
  await Deno.truncate(folder.at("a.bin"), SIZE);
  await using program = new Program([
    "0",
    folder.path,
    "--bind",
    "127.0.0.1",
    "--drain",
    "20",
  ]);
  const port = await program.port();
  const { reader, received } = await startDownload(port);
  program.process.kill("SIGTERM");
  await program.printed(/Interrupted/);
  let refused = false;
  await fetch(`http://127.0.0.1:${port}/`).then(
    (response) => response.body?.cancel(),
    () => refused = true,
  );
  assert(refused);
  let total = received;
  for (let chunk; !(chunk = await reader.read()).done;) {
    total += chunk.value.length;
  }
  assertEquals(total, SIZE);
  assertEquals(await program.ended(), 0);
});

Deno.test("main() cuts a download that does not end in time after SIGTERM, and ends with 0", async () => {
  await using folder = await Folder.make({ "a.bin": "" });
  await Deno.truncate(folder.at("a.bin"), SIZE);
  await using program = new Program([
    "0",
    folder.path,
    "--bind",
    "127.0.0.1",
    "--drain",
    "1",
  ]);
  const { reader } = await startDownload(await program.port());
  const start = performance.now();
  program.process.kill("SIGTERM");
  assertEquals(await program.ended(), 0);
  const seconds = (performance.now() - start) / 1000;
  assert(seconds > 0.9 && seconds < 4, `${seconds}`);
  assert(!program.stderr.includes("Exception"), program.stderr);
  await reader.cancel().catch(() => {});
});

Deno.test("main() ends at once at the second signal", async () => {
  await using folder = await Folder.make({ "a.bin": "" });
  await Deno.truncate(folder.at("a.bin"), SIZE);
  await using program = new Program([
    "0",
    folder.path,
    "--bind",
    "127.0.0.1",
    "--drain",
    "60",
  ]);
  const { reader } = await startDownload(await program.port());
  program.process.kill("SIGINT");
  await program.printed(/Interrupted/);
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 130);
  await reader.cancel().catch(() => {});
});
