import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Chromium, testWithPage } from "./chromium.ts";
import { findProgram, testWithPrograms } from "./real_program.ts";

const ICON = `<link rel="icon" href="data:,">`;

const PAGES: ReadonlyMap<string, string> = new Map([
  [
    "/",
    `<!DOCTYPE html>${ICON}
    <style>
      body { background: white; width: 200px }
      @media (prefers-color-scheme: dark) { body { background: black } }
      #far { margin-top: 3000px }
      #under, #over { position: absolute; top: 0; left: 300px; width: 9px; height: 9px }
    </style>
    <h1>Good &amp; day</h1>
    <a id="next" href="/next">next page</a> <a id="file" href="/file">file</a>
    <input id="input">
    <p id="hidden" hidden>hidden</p>
    <div id="under"></div><div id="over"></div>
    <button id="far">far</button>
    <script>
      const seen = [];
      for (const type of ["mousedown", "click", "keydown", "keyup"]) {
        addEventListener(type, (event) => {
          const trusted = event.isTrusted ? "" : " by script";
          seen.push(type + " " + (event.key ?? event.target.id) + trusted);
        });
      }
    </script>`,
  ],
  ["/next", `${ICON}<h1>Next</h1><img src="/image">`],
  [
    "/noisy",
    `${ICON}<script>
      console.log("one", 2);
      console.error("three");
      let reported = false;
      onunhandledrejection = () => setTimeout(() => reported = true);
      fetch("/none").then(() => { throw new TypeError("four"); });
    </script>`,
  ],
]);

const PIXEL = Uint8Array.fromBase64(
  "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==",
);

function respond(request: Request): Response {
  const { pathname } = new URL(request.url);
  const page = PAGES.get(pathname);
  if (page !== undefined) {
    return new Response(page, { headers: { "content-type": "text/html" } });
  }
  if (pathname === "/image") return new Response(PIXEL);
  if (pathname === "/file") {
    const name = `attachment; filename="a b.txt"`;
    return new Response("content", {
      headers: { "content-disposition": name },
    });
  }
  return new Response(null, { status: 404 });
}

/** A little site, gone when disposed of. */
function site(): AsyncDisposable & { url: string } {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, respond);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

testWithPage("Page goto() loads, text() and evaluate() read", async (page) => {
  await using server = site();
  await page.goto(`${server.url}/next`);
  assertEquals(await page.text("h1"), "Next");
  // Loaded means that images are there, too.
  assertEquals(await page.evaluate("document.images[0].naturalWidth"), 1);
  await page.goto(`${server.url}/`);
  assertEquals(await page.text("h1"), "Good & day");
  assertEquals(await page.evaluate("Promise.resolve({ a: [1, null] })"), {
    a: [1, null],
  });
  assertEquals(page.messages, []);
});

testWithPage("Page reports what it cannot do", async (page) => {
  await using server = site();
  await page.goto(server.url);
  await assertRejects(() => page.evaluate("no.thing"), Error, "ReferenceError");
  await assertRejects(() => page.text("#none"), Error, "nothing matches #none");
  await assertRejects(() => page.click("#none"), Error, "nothing matches");
  await assertRejects(() => page.click("#hidden"), Error, "not shown");
  await assertRejects(() => page.click("#under"), Error, `<div id="over">`);
  await assertRejects(() => page.press("Entre"), RangeError, "Entre");
  await assertRejects(() => page.press("Ctrl+a"), RangeError, "Ctrl+a");
  await assertRejects(() => page.send("Page.fly"), Error, "Page.fly");
  await assertRejects(
    () => page.goto("http://127.0.0.1:1/"),
    Error,
    "net::ERR_",
  );
});

testWithPage("Page click() and press() act as a user does", async (page) => {
  await using server = site();
  await page.goto(server.url);
  await page.setViewport(800, 600);
  await page.click("#far");
  assertEquals(await page.evaluate("seen"), ["mousedown far", "click far"]);
  await page.click("#input");
  await page.evaluate("seen.length = 0");
  await page.type("a.B");
  await page.press("ArrowLeft");
  await page.press("Backspace");
  assertEquals(await page.evaluate("input.value"), "aB");
  assertEquals(
    (await page.evaluate<string[]>("seen")).slice(0, 2),
    ["keydown a", "keyup a"],
  );
  await page.press("Control+a");
  await page.press("Delete");
  assertEquals(await page.evaluate("input.value"), "");
  await page.press("Shift+Tab");
  assertEquals(await page.evaluate("document.activeElement.id"), "file");
  await page.press("Shift+Tab");
  await page.load(() => page.press("Enter"));
  assertEquals(await page.text("h1"), "Next");
});

testWithPage("Page load() waits for the page behind a link", async (page) => {
  await using server = site();
  await page.goto(server.url);
  await page.load(() => page.click("#next"));
  assertEquals(await page.evaluate("location.pathname"), "/next");
  assertEquals(await page.evaluate("document.readyState"), "complete");
});

testWithPage("Page download() returns the finished file", async (page) => {
  await using server = site();
  await page.goto(server.url);
  for (let time = 0; time < 2; time++) {
    const { name, url, path } = await page.download(() => page.click("#file"));
    assertEquals(name, "a b.txt");
    assertEquals(url, `${server.url}/file`);
    assertEquals(await Deno.readTextFile(path), "content");
  }
});

testWithPage(
  "Page setViewport() and screenshot() show the page",
  async (page) => {
    await using server = site();
    await page.goto(server.url);
    const size = "[innerWidth, innerHeight]";
    const color = "getComputedStyle(document.body).backgroundColor";
    await page.setViewport(320, 640, { dark: true });
    assertEquals(await page.evaluate(size), [320, 640]);
    assertEquals(await page.evaluate(color), "rgb(0, 0, 0)");
    await page.setViewport(800, 600);
    assertEquals(await page.evaluate(size), [800, 600]);
    assertEquals(await page.evaluate(color), "rgb(255, 255, 255)");

    const file = await Deno.makeTempFile({ suffix: ".png" });
    try {
      await page.screenshot(file);
      const header = new DataView((await Deno.readFile(file)).buffer);
      // The PNG's own width and height.
      assertEquals([header.getUint32(16), header.getUint32(20)], [800, 600]);
    } finally {
      await Deno.remove(file);
    }
  },
);

testWithPage("Page collects what the page says", async (page) => {
  await using server = site();
  await page.goto(`${server.url}/noisy`);
  await page.waitFor("reported");
  const texts = Object.groupBy(page.messages, ({ kind }) => kind);
  assertEquals(texts.log, [{ kind: "log", text: "one 2" }]);
  assertEquals(texts.error?.length, 2);
  assertEquals(texts.error?.[0]?.text, "three");
  assertStringIncludes(texts.error?.[1]?.text ?? "", "404");
  assertEquals(texts.exception?.length, 1);
  assertStringIncludes(texts.exception?.[0]?.text ?? "", "TypeError: four");
  assertEquals(page.messages.length, 4);
});

Deno.test("Chromium launch() says what a program wrote that is no browser", async () => {
  const ls = findProgram("ls")!;
  await assertRejects(() => Chromium.launch(ls), Error, "--headless");
});

testWithPrograms(
  ["chromium"],
  "Chromium fails a wait when the browser ends",
  async ({ chromium }) => {
    const browser = await Chromium.launch(chromium);
    const page = await browser.newPage();
    await assertRejects(
      () => page.load(() => page.send("Browser.close").then(() => {})),
      Deno.errors.ConnectionAborted,
    );
    await assertRejects(() => page.text("h1"), Deno.errors.ConnectionAborted);
    await assertRejects(
      () => browser[Symbol.asyncDispose](),
      Deno.errors.ConnectionAborted,
    );
  },
);
