import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exchange } from "./exchange.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

async function inSite(
  use: (ask: (request: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/a & b.txt`, "hello");
    await Deno.writeTextFile(`${directory}/.secret`, "secret");
    await Deno.mkdir(`${directory}/sub`);
    await Deno.writeTextFile(`${directory}/sub/index.html`, "<p>index</p>");
    class Handler extends SimpleHTTPRequestHandler.configure({ directory }) {
      override logMessage(): void {}
    }
    await use(async (request) => {
      const input =
        `${request} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      return new TextDecoder().decode(await exchange(Handler, input));
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("SimpleHTTPRequestHandler sends files, heads, index pages and listings (test_get, test_head)", () =>
  inSite(async (ask) => {
    const file = await ask("GET /a%20&%20b.txt");
    assertStringIncludes(file, "HTTP/1.1 200 OK\r\n");
    assertStringIncludes(file, "Content-Type: text/plain; charset=utf-8\r\n");
    assertStringIncludes(file, "Content-Length: 5\r\n");
    assertStringIncludes(file, "Last-Modified: ");
    assert(file.endsWith("\r\n\r\nhello"));

    const head = await ask("HEAD /a%20&%20b.txt");
    assertStringIncludes(head, "Content-Length: 5\r\n");
    assert(head.endsWith("\r\n\r\n"));

    assertStringIncludes(await ask("GET /sub/"), "<p>index</p>");
    const listing = await ask("GET /");
    assertStringIncludes(listing, 'href="a%20%26%20b.txt">a &amp; b.txt</a>');
    assertStringIncludes(listing, 'href="sub/"');
    assert(!listing.includes("secret"));
  }));

Deno.test("SimpleHTTPRequestHandler redirects folders, and never to another host (test_get_dir_redirect_location_domain_injection_bug)", () =>
  inSite(async (ask) => {
    assertStringIncludes(await ask("GET /sub?q=1"), "Location: /sub/?q=1\r\n");
    assert(!(await ask("GET //sub?q=1")).includes("Location: //"));
  }));

Deno.test("SimpleHTTPRequestHandler serves nothing outside of its folder, and no dot files", () =>
  inSite(async (ask) => {
    const paths = [
      "/../etc/passwd",
      "/%2e%2e/etc/passwd",
      "/..%2fetc/passwd",
      "/.secret",
      "/%2esecret",
      "/sub/..%5c",
      "/none",
      "/a%20&%20b.txt/",
    ];
    for (const path of paths) {
      assertStringIncludes(await ask(`GET ${path}`), "HTTP/1.1 404 ", path);
    }
  }));

Deno.test("SimpleHTTPRequestHandler answers conditions and ranges (test_browser_cache)", () =>
  inSite(async (ask) => {
    const file = await ask("GET /a%20&%20b.txt");
    const modified = /Last-Modified: ([^\r]*)/.exec(file)![1]!;
    const fresh = await ask(
      `GET /a%20&%20b.txt HTTP/1.1\r\nIf-Modified-Since: ${modified}\r\nX:`,
    );
    assertStringIncludes(fresh, "HTTP/1.1 304 Not Modified\r\n");
    const part = await ask(
      "GET /a%20&%20b.txt HTTP/1.1\r\nRange: bytes=1-3\r\nX:",
    );
    assertStringIncludes(part, "Content-Range: bytes 1-3/5\r\n");
    assert(part.endsWith("\r\n\r\nell"));
  }));

Deno.test("SimpleHTTPRequestHandler answers other methods with 405 and Allow", () =>
  inSite(async (ask) => {
    const answer = await ask("POST /");
    assertStringIncludes(answer, "HTTP/1.1 405 ");
    assertEquals(/Allow: ([^\r]*)/.exec(answer)?.[1], "GET, HEAD");
    assertStringIncludes(await ask("FETCH /"), "HTTP/1.1 501 ");
  }));
