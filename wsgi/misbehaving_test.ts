/** One misbehaving application per file of `testdata/misbehaving/`, over sockets. */
import { assert, assertEquals } from "@std/assert";
import { serveApp } from "../_tools/testing/served_app.ts";
import type { Expected } from "./testdata/expected.ts";
import type { WSGIApplication } from "./types.ts";

interface Case {
  readonly default: WSGIApplication;
  readonly expected: Expected;
}

const FOLDER = new URL("testdata/misbehaving/", import.meta.url);

const names = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name).sort();

/** Answers what is asked beside the misbehaving application. */
const fine: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", []);
  return [new TextEncoder().encode("fine")];
};

const FINE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n";

/** Two requests at once: the second is answered if the connection stays open. */
const REQUESTS = "GET / HTTP/1.1\r\nHost: a\r\n\r\n" +
  "GET /fine HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

for (const name of names) {
  Deno.test(`a server answers, logs and lives on with ${name}`, async () => {
    const { default: app, expected } = await import(
      new URL(name, FOLDER).href
    ) as Case;
    await using site = serveApp((environ, startResponse) =>
      (environ.PATH_INFO === "/" ? app : fine)(environ, startResponse)
    );
    const sent = (await site.served.ask(REQUESTS))
      .replace(/^(Server|Date): .*\r\n/gm, "");
    const { answer, stays, log, errors } = expected;
    const rest = stays ? `${FINE}Connection: close\r\n\r\nfine` : "";
    assertEquals(sent, `HTTP/1.1 ${answer}${rest}`);
    const lines = stays ? [...log, '"GET /fine HTTP/1.1" 200 4'] : log;
    assertEquals(site.log.length, lines.length, site.log.join("\n"));
    for (const [i, line] of lines.entries()) {
      assert(site.log[i]!.includes(line), site.log[i]);
    }
    assert(
      errors === "" ? site.errors === "" : site.errors.includes(errors),
      site.errors,
    );
    // Somebody else is served as well.
    const other = await fetch(site.url("/fine"));
    assertEquals(await other.text(), "fine");
  });
}
