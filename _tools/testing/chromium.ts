/**
 * A real browser for tests of pages: headless Chromium, driven through the
 * DevTools protocol without a dependency.
 *
 * ```ts ignore
 * testWithPage("the listing opens a folder", async (page) => {
 *   await page.goto(url);
 *   await page.load(() => page.click("a[href='docs/']"));
 *   assertEquals(await page.text("h1"), "/docs/");
 *   assertEquals(page.messages, []);
 * });
 * ```
 *
 * Without Chromium such a test is ignored or fails, as `real_program.ts` says.
 *
 * @module
 */
import { DevTools } from "./_devtools.ts";
import { Page } from "./page.ts";
import { testWithPrograms } from "./real_program.ts";

const FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Containers give shared memory too little room.
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
];

/** A running Chromium with a profile of its own, both gone when disposed of. */
export class Chromium implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #errors: ErrorOutput;
  readonly #profile: string;
  readonly #devTools: DevTools;

  /** Describes a running browser; {@linkcode Chromium.launch} starts one. */
  constructor(
    process: Deno.ChildProcess,
    errors: ErrorOutput,
    profile: string,
    devTools: DevTools,
  ) {
    this.#process = process;
    this.#errors = errors;
    this.#profile = profile;
    this.#devTools = devTools;
  }

  /**
   * Starts the browser. Needs all permissions.
   *
   * @param program Path of Chromium.
   * @throws {Error} If it ends at once, with what it wrote.
   */
  static async launch(program: string): Promise<Chromium> {
    const profile = await Deno.makeTempDir({ prefix: "chromium-" });
    const process = new Deno.Command(program, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      // Whatever it stores outside of its profile goes with the profile.
      env: {
        HOME: profile,
        XDG_CACHE_HOME: profile,
        XDG_CONFIG_HOME: profile,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const errors = new ErrorOutput(process.stderr);
    try {
      const devTools = await DevTools.connect(await errors.devToolsUrl);
      await devTools.send("Browser.setDownloadBehavior", {
        behavior: "allowAndName",
        downloadPath: profile,
        eventsEnabled: true,
      });
      return new Chromium(process, errors, profile, devTools);
    } catch (error) {
      await end(process, errors, profile, 0);
      throw error;
    }
  }

  /** Opens a page. */
  newPage(): Promise<Page> {
    return Page.open(this.#devTools, this.#profile);
  }

  /** Ends the browser and removes its profile. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#devTools.send("Browser.close");
    } finally {
      await this.#devTools.close();
      await end(this.#process, this.#errors, this.#profile);
    }
  }
}

/**
 * Registers a test that gets a page of a browser of its own, which is gone
 * when the test ends.
 *
 * @param title The title of the test.
 * @param fn The test.
 */
export function testWithPage(
  title: string,
  fn: (page: Page, t: Deno.TestContext) => void | Promise<void>,
): void {
  testWithPrograms(["chromium"], title, async ({ chromium }, t) => {
    await using browser = await Chromium.launch(chromium);
    await using page = await browser.newPage();
    await fn(page, t);
  });
}

/** What the browser writes: where to reach it, then noise. */
class ErrorOutput {
  /** The `ws:` URL of the browser, once it listens. */
  readonly devToolsUrl: Promise<string>;
  /** Settles when the browser and all its helpers have let go of the pipe. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.devToolsUrl = promise;
    this.ended = (async () => {
      let text = "";
      const chunks = stream.pipeThrough(new TextDecoderStream());
      for await (const chunk of chunks) {
        if (text.length < 10_000) text += chunk;
        const [, url] = /^DevTools listening on (ws:\S+)\s/m.exec(text) ?? [];
        if (url) resolve(url);
      }
      reject(new Error(`Cannot start Chromium: it wrote "${text}"`));
    })();
  }
}

/** Waits for the process to end, kills it after `grace` ms, then cleans up. */
async function end(
  process: Deno.ChildProcess,
  errors: ErrorOutput,
  profile: string,
  grace = 10_000,
): Promise<void> {
  const killer = setTimeout(() => {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended by itself at this moment.
    }
  }, grace);
  await process.status;
  clearTimeout(killer);
  // Helpers that outlive the browser for a moment still write into the profile.
  await errors.ended;
  await Deno.remove(profile, { recursive: true });
}
