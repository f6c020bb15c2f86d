import { assertEquals, assertRejects } from "@std/assert";
import { until } from "../_tools/testing/waiting.ts";
import { BaseHTTPRequestHandler } from "./base_http_request_handler.ts";
import { toFetchHandler } from "./to_fetch_handler.ts";

class Quiet extends BaseHTTPRequestHandler {
  override logMessage(): void {}
}

/** Answers with a status and more bytes than are read ahead. */
function answering(status: number): {
  Handler: typeof Quiet;
  hasEnded: () => boolean;
} {
  let ended = false;
  class Handler extends Quiet {
    async doGET(): Promise<void> {
      try {
        this.sendResponse(status);
        await this.endHeaders();
        for (let i = 0; i < 100; i++) {
          await this.wfile.write(new Uint8Array(65536));
        }
      } finally {
        ended = true;
      }
    }
  }
  return { Handler, hasEnded: () => ended };
}

Deno.test("toFetchHandler() hands over bodies of known and of unknown length", async () => {
  class Echo extends Quiet {
    async doPOST(): Promise<void> {
      this.sendResponse(200);
      this.sendHeader("X-Length", this.headers.get("content-length", "none"));
      await this.endHeaders();
      for await (const line of this.rfile) await this.wfile.write(line);
    }
  }
  const handler = toFetchHandler(Echo);
  for (const length of ["none", "12"]) {
    const request = new Request("http://a/", {
      method: "POST",
      headers: length === "none" ? {} : { "Content-Length": length },
      body: new Blob(["a line\n", "more\n"]).stream(),
    });
    const response = await handler(request);
    assertEquals(response.headers.get("X-Length"), length);
    assertEquals(await response.text(), "a line\nmore\n");
  }
});

Deno.test("toFetchHandler() rejects with what a handler throws before its answer", async () => {
  class Failing extends Quiet {
    override handle(): Promise<void> {
      return Promise.reject(new RangeError("out of luck"));
    }
  }
  await assertRejects(
    () => toFetchHandler(Failing)(new Request("http://a/")),
    RangeError,
    "out of luck",
  );
});

Deno.test("toFetchHandler() lets no handler wait whose answer nobody reads", async () => {
  const cancelled = answering(200);
  const response = await toFetchHandler(cancelled.Handler)(
    new Request("http://a/"),
  );
  await response.body!.cancel();
  await until(cancelled.hasEnded);

  // A status that no Response may have.
  const refused = answering(999);
  await assertRejects(
    () => toFetchHandler(refused.Handler)(new Request("http://a/")),
    RangeError,
  );
  await until(refused.hasEnded);
});

Deno.test("toFetchHandler() lets go of a body that is not wanted, also while it waits for more of it", async () => {
  class Refusing extends Quiet {
    async doPOST(): Promise<void> {
      await this.sendError(413);
    }
  }
  const handler = toFetchHandler(Refusing);
  for (const first of [[], [new Uint8Array(100_000)]]) {
    let cancelled = false;
    const body = new ReadableStream({
      start: (controller) => first.forEach((it) => controller.enqueue(it)),
      cancel: () => void (cancelled = true),
    });
    const request = new Request("http://a/", { method: "POST", body });
    const response = await handler(request);
    assertEquals(response.status, 413);
    await response.body?.cancel();
    await until(() => cancelled);
  }
});
