/** The small examples, run by the command of their header. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { testWithPage } from "../_tools/testing/chromium.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { testWithPython } from "../_tools/testing/python.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { RunningProgram } from "../_tools/testing/running_program.ts";
import { connect } from "../_tools/testing/test_clients.ts";

function start(
  name: string,
  args: readonly string[],
  flags: readonly string[],
  env: Record<string, string> = {},
): RunningProgram {
  return new RunningProgram(
    fromFileUrl(import.meta.resolve(`./${name}.ts`)),
    args,
    { flags, env: { NO_COLOR: "1", ...env } },
  );
}

const NET = ["--allow-net"];

/** The port of an example that says where it listens. */
async function listening(program: RunningProgram): Promise<number> {
  return Number((await program.printed(/^Listening on port (\d+)$/m))[1]);
}

Deno.test("echo.ts sends back what echo_client.ts is told", async () => {
  await using server = start("echo", ["0"], NET);
  const client = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...NET,
      fromFileUrl(import.meta.resolve("./echo_client.ts")),
      String(await listening(server)),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const typing = client.stdin.getWriter();
  await typing.write(new TextEncoder().encode("one\ntwo\n"));
  await typing.close();
  const { success, stdout } = await client.output();
  assertEquals([success, new TextDecoder().decode(stdout)], [
    true,
    "one\ntwo\n",
  ]);
});

Deno.test("chat.ts tells all others what one says", async () => {
  await using server = start("chat", ["0"], NET);
  const address = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: await listening(server),
  } as const;
  using ann = await connect(address);
  using bob = await connect(address);
  for (const [client, name] of [[ann, "Ann"], [bob, "Bob"]] as const) {
    assertEquals(await client.line(), "Who are you?\n");
    await client.send(`${name}\n`);
    // Ann is there when Bob comes.
    if (client === ann) await ann.send("\n");
  }
  assertEquals(await ann.line(), "Bob has come\n");
  await bob.send("tea\x1b[2J?\n");
  assertEquals(await ann.line(), "Bob: tea[2J?\n");
  await ann.send("yes\n");
  assertEquals(await bob.line(), "Ann: yes\n");
  await bob.end();
  assertEquals(await ann.line(), "Bob has left\n");
});

Deno.test("udp_time.ts tells the time", async () => {
  await using server = start("udp_time", ["0"], NET);
  const port = await listening(server);
  const { createSocket } = await import("node:dgram");
  const client = createSocket("udp4");
  const answer = new Promise<string>((resolve) =>
    client.once("message", (message) => resolve(String(message)))
  );
  client.send("now?", port, "127.0.0.1");
  const told = Date.parse(await answer);
  assert(Math.abs(told - Date.now()) < 60_000);
  await new Promise<void>((resolve) => client.close(() => resolve()));
});

testWithPrograms(
  ["openssl", "curl"],
  "static_site.ts asks for a password, over TLS",
  async ({ openssl, curl }) => {
    await using folder = await Folder.make({ site: { "a.txt": "a file" } });
    const made = await new Deno.Command(openssl, {
      args: [
        ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
          .split(" "),
        "-out",
        folder.at("cert.pem"),
        "-keyout",
        folder.at("key.pem"),
      ],
      stderr: "null",
    }).output();
    assert(made.success);
    await using server = start("static_site", [
      folder.at("site"),
      folder.at("cert.pem"),
      folder.at("key.pem"),
      "0",
    ], [...NET, "--allow-read"]);
    const port = await listening(server);
    const ask = async (...args: string[]) => {
      const { stdout } = await new Deno.Command(curl, {
        args: [
          "-sk",
          "-w",
          "\n%{http_code}",
          ...args,
          `https://127.0.0.1:${port}/a.txt`,
        ],
      }).output();
      return new TextDecoder().decode(stdout).split("\n").slice(-2);
    };
    assertEquals((await ask())[1], "401");
    assertEquals((await ask("-u", "reader:wrong"))[1], "401");
    assertEquals(await ask("-u", "reader:a long password"), ["a file", "200"]);
  },
);

Deno.test("webhook_receiver.ts takes what is signed, and no more", async () => {
  await using server = start("webhook_receiver", ["0"], [
    ...NET,
    "--allow-env=WEBHOOK_SECRET",
  ], { WEBHOOK_SECRET: "a secret" });
  const url = `http://127.0.0.1:${await server.port()}/`;
  const { createHmac } = await import("node:crypto");
  const post = async (body: string, signature?: string) => {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "X-GitHub-Event": "push",
        ...signature === undefined ? {} : { "X-Hub-Signature-256": signature },
      },
    });
    await response.body?.cancel();
    return response.status;
  };
  const sign = (body: string) =>
    `sha256=${createHmac("sha256", "a secret").update(body).digest("hex")}`;
  assertEquals(await post("{}", sign("{}")), 202);
  assertEquals(await post("{}", sign("{ }")), 403);
  assertEquals(await post("{}", "sha256="), 403);
  assertEquals(await post("{}"), 401);
  const large = "x".repeat(2 << 20);
  assertEquals(await post(large, sign(large)).catch(() => 413), 413);
  assertEquals(await post("{}", sign("{}")), 202);
  assertMatch(server.stdout, /^push: 2 bytes$/m);
});

Deno.test("reverse_proxy.ts passes requests, answers and failures on", async () => {
  let ended = 0;
  await using upstream = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/endless") {
        return new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(65536)),
            cancel: () => void ended++,
          }),
        );
      }
      return new Response(request.body ?? "no body", {
        status: 203,
        headers: {
          "X-Seen": [
            pathname + search,
            request.headers.get("x-forwarded-for"),
            request.headers.get("x-secret-hop"),
          ].join(),
        },
      });
    },
  );
  const target = `http://127.0.0.1:${upstream.addr.port}`;
  await using proxy = start("reverse_proxy", [target, "0"], NET);
  const url = `http://127.0.0.1:${await proxy.port()}`;
  const body = new Uint8Array(300_000).fill(7);
  const response = await fetch(`${url}/a%20b?c=d`, { method: "POST", body });
  assertEquals(response.status, 203);
  assertEquals(response.headers.get("x-seen"), "/a%20b?c=d,127.0.0.1,");
  assertEquals(new Uint8Array(await response.arrayBuffer()), body);

  const endless = await fetch(`${url}/endless`);
  const reader = endless.body!.getReader();
  await reader.read();
  await reader.cancel();
  while (ended === 0) await new Promise((resolve) => setTimeout(resolve, 10));

  await using lost = start("reverse_proxy", ["http://127.0.0.1:1", "0"], NET);
  const failed = await fetch(`http://127.0.0.1:${await lost.port()}/`);
  await failed.body?.cancel();
  assertEquals(failed.status, 502);
});

testWithPage("server_sent_events.ts shows a clock that goes", async (page) => {
  await using server = start("server_sent_events", ["0"], NET);
  await page.goto(`http://127.0.0.1:${await server.port()}/`);
  await page.waitFor(
    "document.querySelector('output').textContent.startsWith('20')",
  );
  const first = await page.text("output");
  await page.waitFor(
    `document.querySelector("output").textContent !== ${JSON.stringify(first)}`,
  );
});

testWithPython(
  "django",
  "django_behind_deno.ts answers some paths, and Django all others",
  async (python) => {
    await using folder = await Folder.make({ static: { "a.txt": "a file" } });
    const made = await new Deno.Command(python, {
      args: ["-m", "django", "startproject", "mysite", "."],
      cwd: folder.path,
    }).output();
    assert(made.success);
    await using server = start(
      "django_behind_deno",
      [folder.path, "mysite.wsgi", "0"],
      ["-A"],
      {
        PYTHON: python,
      },
    );
    const [, url] = await server.printed(
      /(http:\/\/127\.0\.0\.1:\d+)\//,
      "stderr",
    );
    const text = async (path: string) => await (await fetch(url + path)).text();
    assertEquals(JSON.parse(await text("/health")), {
      deno: Deno.version.deno,
    });
    assertEquals(await text("/static/a.txt"), "a file");
    assert((await text("/")).includes("The install worked successfully"));
    server.process.kill("SIGTERM");
    assertEquals(await server.ended(), 0);
  },
);
