import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { RunningProgram } from "../_tools/testing/running_program.ts";

const here = (path: string) => fromFileUrl(import.meta.resolve(path));

/** The command of its header. */
async function start(): Promise<{ program: RunningProgram; url: string }> {
  const program = new RunningProgram(here("../wsgi/mod.ts"), [
    "0",
    "--reload",
    here("./wsgi_app.ts"),
  ], { flags: ["-A"] });
  return { program, url: `http://127.0.0.1:${await program.port()}/` };
}

Deno.test("the guest book is signed, escaped and read bit by bit", async () => {
  const { program, url } = await start();
  await using _program = program;
  for (const entry of ["I was here", "<b>me & you</b>"]) {
    const signed = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ entry }),
      redirect: "manual",
    });
    await signed.body?.cancel();
    assertEquals(
      [signed.status, signed.headers.get("location")],
      [303, "/"],
    );
  }
  const response = await fetch(url);
  assertMatch(response.headers.get("server-timing")!, /^app;dur=\d/);
  assertStringIncludes(
    await response.text(),
    "<li>I was here</li><li>&lt;b&gt;me &amp; you&lt;/b&gt;</li>",
  );
  const slow = await fetch(`${url}slowly`);
  const pieces = await Array.fromAsync(
    slow.body!.pipeThrough(new TextDecoderStream()),
  );
  assertEquals(pieces, ["I was here\n", "<b>me & you</b>\n"]);
  program.process.kill("SIGINT");
  assertEquals(await program.ended(), 0);
});

Deno.test("the guest book refuses what is no entry", async () => {
  const { program, url } = await start();
  await using _program = program;
  const long = new URLSearchParams({ entry: "x".repeat(2000) });
  for (
    const [request, status] of [
      [new Request(url, { method: "POST", body: long }), 413],
      [new Request(`${url}none`), 404],
    ] as const
  ) {
    const response = await fetch(request);
    await response.body?.cancel();
    assertEquals(response.status, status);
  }
});
