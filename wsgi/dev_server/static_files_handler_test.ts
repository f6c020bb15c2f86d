/** Files in front of an application, by Django's own tests of static files. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Folder } from "../../_tools/testing/folder.ts";
import { toFetchHandler } from "../to_fetch_handler.ts";
import type { WSGIApplication } from "../types.ts";
import { validator } from "../validator.ts";
import {
  type FilesHandlerOptions,
  FSFilesHandler,
} from "./fs_files_handler.ts";
import { StaticFilesHandler } from "./static_files_handler.ts";

const FILES = {
  "file.txt": "a file",
  "unknown.unknown": "?",
  "page.txt.gz": new Uint8Array([0x1f, 0x8b, 8, 0]),
  "sub": { "index.html": "an index", "a ü.txt": "named" },
  "list": { "x.txt": "x" },
};

const application: WSGIApplication = (environ, startResponse) => {
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [
    new TextEncoder().encode(
      `app ${environ.REQUEST_METHOD} ${environ.PATH_INFO}`,
    ),
  ];
};

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Asks a site, if `check` is given through it. */
function site(
  Handler: typeof FSFilesHandler,
  directory: string,
  options: Partial<FilesHandlerOptions> = {},
  check = (app: WSGIApplication) => app,
): Ask {
  const handler = new Handler(application, {
    baseUrl: "/static/",
    directory,
    ...options,
  });
  const fetch = toFetchHandler(check(handler.app));
  return (path, init) => fetch(new Request(`http://localhost${path}`, init));
}

async function shown(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}

for (const Handler of [FSFilesHandler, StaticFilesHandler]) {
  const { name } = Handler;

  Deno.test(`${name} serves files, and leaves the rest to the application (test_serve, test_get_async_response)`, async () => {
    await using folder = await Folder.make(FILES);
    const ask = site(Handler, folder.path, {}, validator);
    const response = await ask("/static/file.txt");
    assertEquals(
      response.headers.get("content-type"),
      "text/plain; charset=utf-8",
    );
    assert(response.headers.has("last-modified"));
    assertEquals(await shown(response), [200, "a file"]);
    assertEquals(await shown(await ask("/static/sub/a%20%C3%BC.txt")), [
      200,
      "named",
    ]);
    assertEquals(await shown(await ask("/static/sub/")), [200, "an index"]);
    for (const path of ["/", "/file.txt", "/static", "/staticfile.txt"]) {
      assertEquals(await shown(await ask(path)), [200, `app GET ${path}`]);
    }
  });

  Deno.test(`${name} answers as the file server does: HEAD, ranges, validators (test_is_modified_since, test_not_modified_since, test_invalid_if_modified_since, test_unknown_mime_type)`, async () => {
    await using folder = await Folder.make(FILES);
    const ask = site(Handler, folder.path);
    const head = await ask("/static/file.txt", { method: "HEAD" });
    assertEquals(head.headers.get("content-length"), "6");
    assertEquals(await shown(head), [200, ""]);
    const part = await ask("/static/file.txt", {
      headers: { Range: "bytes=2-" },
    });
    assertEquals(await shown(part), [206, "file"]);
    const since = async (date: string) => {
      const headers = { "If-Modified-Since": date };
      return (await shown(await ask("/static/file.txt", { headers })))[0];
    };
    assertEquals(await since("Thu, 01 Jan 1970 00:00:00 GMT"), 200);
    assertEquals(await since(head.headers.get("last-modified")!), 304);
    assertEquals(await since("Mon, 28 May 999999999999 28:25:26 GMT"), 200);
    const unknown = await ask("/static/unknown.unknown");
    assertEquals(
      unknown.headers.get("content-type"),
      "application/octet-stream",
    );
    await unknown.body?.cancel();
  });

  Deno.test(`${name} leads to the folder below its URL, and lists none unless it is told to (test_index, test_index_subdir)`, async () => {
    await using folder = await Folder.make(FILES);
    const ask = site(Handler, folder.path);
    const moved = await ask("/static/sub?a=b");
    assertEquals(moved.headers.get("location"), "/static/sub/?a=b");
    assertEquals(moved.status, 301);
    const hidden = await ask("/static/list/");
    assert(!(await hidden.text()).includes("x.txt"));
    const listing = site(Handler, folder.path, { listing: true });
    assertMatch(await (await listing("/static/list/")).text(), /x\.txt/);
  });

  Deno.test(`${name} keeps to its folder (test_copes_with_empty_path_component)`, async () => {
    await using outside = await Folder.make({
      "secret.txt": "secret",
      "public": FILES,
    });
    const ask = site(Handler, outside.at("public"));
    for (
      const path of [
        "/static/%2e%2e/secret.txt",
        "/static/..%2fsecret.txt",
        "/static/..%5csecret.txt",
        "/static//../secret.txt",
        "/static/%00",
        "/static//file.txt/",
      ]
    ) {
      const text = await (await ask(path)).text();
      assert(!text.includes("secret\n") && text !== "secret", path);
    }
  });

  Deno.test(`${name} leaves URLs with a host to somebody else`, async () => {
    await using folder = await Folder.make(FILES);
    for (
      const baseUrl of ["http://cdn.example/static/", "//cdn.example/static/"]
    ) {
      const ask = site(Handler, folder.path, { baseUrl });
      assertEquals(await shown(await ask("/static/file.txt")), [
        200,
        "app GET /static/file.txt",
      ]);
    }
  });

  Deno.test(`${name} needs a URL`, () => {
    assertThrows(
      () => new Handler(application, { baseUrl: "", directory: "." }),
      TypeError,
      "Cannot serve files: the base URL is empty",
    );
  });
}

Deno.test("StaticFilesHandler has everything below its URL, FSFilesHandler only what is there (test_404, test_get_async_response_not_found)", async () => {
  await using folder = await Folder.make(FILES);
  const strict = site(StaticFilesHandler, folder.path);
  const lenient = site(FSFilesHandler, folder.path);
  const [status] = await shown(await strict("/static/none.txt"));
  assertEquals(status, 404);
  assertEquals(await shown(await lenient("/static/none.txt")), [
    200,
    "app GET /static/none.txt",
  ]);
  const post = { method: "POST", body: "x" };
  assertEquals((await shown(await strict("/static/file.txt", post)))[0], 405);
  assertEquals(await shown(await lenient("/static/file.txt", post)), [
    200,
    "app POST /static/file.txt",
  ]);
});

Deno.test("FSFilesHandler can be stacked, as a live test server does it", async () => {
  await using folder = await Folder.make({
    "static": { "a.txt": "static" },
    "media": { "b.txt": "media" },
  });
  const media = new FSFilesHandler(application, {
    baseUrl: "/media/",
    directory: folder.at("media"),
  });
  const both = new FSFilesHandler(media.app, {
    baseUrl: "/static/",
    directory: folder.at("static"),
  });
  const fetch = toFetchHandler(both.app);
  const text = async (path: string) =>
    await (await fetch(new Request(`http://localhost${path}`))).text();
  assertEquals(await text("/static/a.txt"), "static");
  assertEquals(await text("/media/b.txt"), "media");
  assertEquals(await text("/c"), "app GET /c");
});
