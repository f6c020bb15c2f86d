/** Listings as people see and work them: in a real browser. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWithPage } from "../_tools/testing/chromium.ts";
import { Folder, type FolderContent } from "../_tools/testing/folder.ts";
import type { Page } from "../_tools/testing/page.ts";
import { serve } from "../_tools/testing/serve.ts";
import { SimpleHTTPRequestHandler } from "./simple_http_request_handler.ts";

class Quiet extends SimpleHTTPRequestHandler {
  override logMessage(_format: string, ..._args: unknown[]): void {}
}

async function visiting(
  page: Page,
  content: FolderContent,
  visit: (url: string, folder: Folder) => Promise<void>,
): Promise<void> {
  await using folder = await Folder.make(content);
  await using served = serve(Quiet.configure({ directory: folder.path }));
  await visit(`http://127.0.0.1:${served.address.port}`, folder);
  // Neither a script has failed nor the policy refused anything. Pages that
  // are not ours have no icon, so the browser asks for /favicon.ico.
  const complaints = page.messages.filter(({ text }) =>
    !/^Failed to load resource: .* 404 /.test(text)
  );
  assertEquals(complaints, []);
}

/** The names of the rows that are shown. */
function shown(page: Page): Promise<string[]> {
  return page.evaluate(
    `[...document.querySelectorAll("tbody tr:not(.up):not([hidden]) .name")].map((name) => name.textContent)`,
  );
}

/** What has the focus: the text of a row, or the name of an element. */
function focused(page: Page): Promise<string> {
  return page.evaluate(
    `document.activeElement.closest("tr")?.querySelector("a").textContent ?? document.activeElement.localName`,
  );
}

testWithPage(
  "A listing opens a folder, leads back, and downloads a file",
  async (page) => {
    await visiting(page, {
      "docs": { "deep": { "deeper": { "a.bin": "hello" } } },
      "b.txt": "b",
    }, async (url) => {
      await page.goto(url);
      assertEquals(
        await page.evaluate("document.title"),
        "Directory listing for /",
      );
      assertEquals(await shown(page), ["docs/", "b.txt"]);
      await page.load(() => page.click('a[href="docs/"]'));
      await page.load(() => page.click('a[href="deep/"]'));
      await page.load(() => page.click('a[href="deeper/"]'));
      assertEquals(
        await page.evaluate("location.pathname"),
        "/docs/deep/deeper/",
      );
      const download = await page.download(() => page.click('a[href="a.bin"]'));
      assertEquals(download.name, "a.bin");
      assertEquals(await Deno.readTextFile(download.path), "hello");
      await page.load(() => page.click('header a[href="../../"]'));
      assertEquals(await page.evaluate("location.pathname"), "/docs/");
      // Who comes back goes on from the folder that was left.
      assertEquals(await focused(page), "deep/");
      await page.load(() => page.click(".up a"));
      assertEquals(await page.evaluate("location.pathname"), "/");
      await page.load(() => page.click('a[href="b.txt"]'));
      assertEquals(await page.text("body"), "b");
    });
  },
);

testWithPage("A listing is worked by keyboard", async (page) => {
  await visiting(page, {
    "alpha": { "inside.txt": "" },
    "beta": {},
    "gamma.txt": "text of gamma",
  }, async (url) => {
    await page.goto(`${url}/`);
    await page.press("ArrowDown");
    assertEquals(await focused(page), "alpha/");
    await page.press("ArrowDown");
    await page.press("ArrowDown");
    await page.press("ArrowDown");
    assertEquals(await focused(page), "gamma.txt");
    await page.press("Home");
    await page.press("ArrowUp");
    assertEquals(await focused(page), "input");
    await page.press("End");
    await page.press("Tab");
    assertEquals(await focused(page), "Name");
    await page.press("End");
    assertEquals(await focused(page), "gamma.txt");
    await page.press("Home");
    await page.load(() => page.press("Enter"));
    assertEquals(await page.evaluate("location.pathname"), "/alpha/");
    assertEquals(await shown(page), ["inside.txt"]);
    await page.load(() => page.press("Backspace"));
    assertEquals(await page.evaluate("location.pathname"), "/");
    assertEquals(await focused(page), "alpha/");
    // Typing filters, and Enter opens what is left.
    await page.type("gam");
    assertEquals(
      await page.evaluate("document.querySelector('input').value"),
      "gam",
    );
    assertEquals(await shown(page), ["gamma.txt"]);
    assertEquals(await page.text("[role=status]"), "1 of 3 shown");
    await page.press("Escape");
    assertEquals((await shown(page)).length, 3);
    assertEquals(await page.text("[role=status]"), "2 folders, 1 file, 13 B");
    await page.press("/");
    assertEquals(await focused(page), "input");
    await page.type("xyz");
    assertEquals(await shown(page), []);
    assertEquals(await page.text(".none"), "Nothing matches");
    for (let i = 0; i < 3; i++) await page.press("Backspace");
    await page.type("GAMMA");
    await page.load(() => page.press("Enter"));
    assertEquals(await page.text("body"), "text of gamma");
  });
});

testWithPage(
  "A listing shows names right, whatever they hold, and runs none of them",
  async (page) => {
    const names = [
      "<script>document.title = 'run'<",
      "<img src=x onerror=alert(1)>",
      '"><svg onload=alert(1)>',
      "' onmouseover='alert(1)",
      "javascript:alert(1)",
      "&lt;b&gt;",
      "${alert(1)}",
      "two  blanks and one behind ",
      "100% #1 ?q=a&b=c;d+e",
      "\u{1f600} \u05e2\u05d1\u05e8\u05d9\u05ea (1)",
      "caf\u00e9",
    ];
    const content = Object.fromEntries(
      names.map((name) => [name, { [`in ${name}`]: "" }]),
    );
    await visiting(page, content, async (url) => {
      await page.goto(url);
      assertEquals(
        (await shown(page)).sort(),
        names.map((name) => `${name}/`).sort(),
      );
      for (const name of names) {
        await page.goto(url);
        const index = (await shown(page)).indexOf(`${name}/`) + 1;
        await page.load(() => page.click(`tbody tr:nth-child(${index}) a`));
        assertEquals(await shown(page), [`in ${name}`]);
        assertEquals(
          await page.evaluate("document.querySelector('title').textContent"),
          `Directory listing for /${name}/`,
        );
        const crumb = await page.evaluate(
          "document.querySelector('header li:last-child').textContent",
        );
        assertEquals(crumb, name);
      }
    });
  },
);

testWithPage(
  "A listing keeps right-to-left names to themselves",
  async (page) => {
    await visiting(page, {
      "\u05e2\u05d1\u05e8\u05d9\u05ea.txt": "12345",
      "\u202egpj.exe": "",
    }, async (url) => {
      await page.goto(url);
      const dashes = await page.evaluate<boolean>(
        `[...document.querySelectorAll("tbody tr")].every((row) => {
      const [name, size, time] = [...row.cells].map((cell) => cell.getBoundingClientRect().x);
      return name < size && size < time;
    })`,
      );
      assert(dashes);
      assert((await shown(page)).includes("\ufffdgpj.exe"));
    });
  },
);

testWithPage("A listing sorts and filters without JavaScript", async (page) => {
  await visiting(
    page,
    { "b": "12345", "a": "1", "c": "123", "d": {} },
    async (url) => {
      await page.send("Emulation.setScriptExecutionDisabled", { value: true });
      await page.goto(url);
      const names = () =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll("tbody .name")].map((name) => name.textContent)`,
        );
      assertEquals(await names(), ["d/", "a", "b", "c"]);
      await page.load(() => page.click("th:nth-child(2) a"));
      assertEquals(await names(), ["d/", "b", "c", "a"]);
      await page.load(() => page.click("th:nth-child(2) a"));
      assertEquals(await names(), ["d/", "a", "c", "b"]);
      await page.click("input[type=search]");
      await page.type("c");
      await page.load(() => page.press("Enter"));
      assertEquals(await names(), ["c"]);
      assertMatch(await page.evaluate("location.search"), /q=c/);
      // Following a link is no reason to forget what was asked for.
      assertMatch(await page.evaluate("location.search"), /sort=size/);
    },
  );
});

testWithPage(
  "A listing of 10,000 files comes in pages, and is searched as a whole",
  async (page) => {
    await visiting(page, {}, async (url, folder) => {
      for (let i = 0; i < 10_000; i++) {
        Deno.writeTextFileSync(folder.at(`file ${i}.txt`), "");
      }
      const start = performance.now();
      await page.goto(url);
      const seconds = (performance.now() - start) / 1000;
      assert(seconds < 5, `${seconds}`);
      assertEquals((await shown(page)).length, 500);
      assertEquals(
        await page.evaluate(
          "[...document.querySelectorAll('footer .pages > *')].map((each) => each.textContent)",
        ),
        ["1", "2", "\u2026", "20", "Next"],
      );
      await page.load(() => page.click("footer .pages a:last-child"));
      assertEquals((await shown(page))[0], "file 500.txt");
      await page.type("9999");
      assertMatch(
        await page.text("[role=status]"),
        /^0 of 500 shown, Enter looks through all pages$/,
      );
      await page.load(() => page.press("Enter"));
      assertEquals(await shown(page), ["file 9999.txt"]);
    });
  },
);

testWithPage("A listing fits a phone, light and dark", async (page) => {
  const long = "a-name-without-any-place-to-break-it-".repeat(6);
  await visiting(
    page,
    { [long]: "x", [`${long} folder`]: {}, "b": {} },
    async (url) => {
      for (const dark of [false, true]) {
        for (
          const [width, height] of [[320, 640], [390, 844], [
            1280,
            800,
          ]] as const
        ) {
          await page.setViewport(width, height, { dark });
          await page.goto(url);
          const { content, background, color } = await page.evaluate<
            { content: number; background: string; color: string }
          >(`({
          content: document.documentElement.scrollWidth,
          background: getComputedStyle(document.body).backgroundColor,
          color: getComputedStyle(document.body).color,
        })`);
          assert(content <= width, `${content} at ${width}`);
          const light = (text: string) =>
            text.match(/\d+/g)!.slice(0, 3).map(Number).reduce((a, b) =>
              a + b
            ) / 3;
          assertEquals(light(background) < light(color), dark);
        }
      }
    },
  );
});
