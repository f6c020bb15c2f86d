import type { DevTools } from "./_devtools.ts";

/** What a page said: `console` calls, uncaught exceptions, the browser's complaints. */
export interface PageMessage {
  /** `log`, `warning`, `error` and so on; `exception` for an uncaught one. */
  readonly kind: string;
  /** The text. */
  readonly text: string;
}

/** A finished download. */
export interface Download {
  /** The name under which a user would find it. */
  readonly name: string;
  /** Where it came from. */
  readonly url: string;
  /** Where it is, until the browser is disposed of. */
  readonly path: string;
}

/** Settings of {@linkcode Page.setViewport}. */
export interface ViewportOptions {
  /** Whether the user prefers dark pages. */
  readonly dark?: boolean;
}

/** Keys that have a name: the Windows key number, and the text if they type any. */
const KEYS: ReadonlyMap<string, readonly [number, string?]> = new Map([
  ["Backspace", [8]],
  ["Tab", [9]],
  ["Enter", [13, "\r"]],
  ["Escape", [27]],
  ["PageUp", [33]],
  ["PageDown", [34]],
  ["End", [35]],
  ["Home", [36]],
  ["ArrowLeft", [37]],
  ["ArrowUp", [38]],
  ["ArrowRight", [39]],
  ["ArrowDown", [40]],
  ["Delete", [46]],
]);

const MODIFIERS: ReadonlyMap<string, number> = new Map([
  ["Alt", 1],
  ["Control", 2],
  ["Meta", 4],
  ["Shift", 8],
]);

/** Runtime.evaluate's answer, and what an exception looks like in it. */
interface Evaluation {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: ExceptionDetails;
}

interface ExceptionDetails {
  readonly text: string;
  readonly exception?: { readonly description?: string };
}

/** A page (a tab) of a browser, as its user sees and works it. */
export class Page implements AsyncDisposable {
  /** What the page said so far. */
  readonly messages: PageMessage[] = [];
  readonly #devTools: DevTools;
  readonly #targetId: string;
  readonly #sessionId: string;
  readonly #downloads: string;

  /** Describes an open page; {@linkcode Chromium.newPage} opens one. */
  constructor(
    devTools: DevTools,
    targetId: string,
    sessionId: string,
    downloads: string,
  ) {
    this.#devTools = devTools;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    this.#downloads = downloads;
  }

  /** Opens a page; use {@linkcode Chromium.newPage}. */
  static async open(devTools: DevTools, downloads: string): Promise<Page> {
    const { targetId } = await devTools.send<{ targetId: string }>(
      "Target.createTarget",
      { url: "about:blank" },
    );
    const { sessionId } = await devTools.send<{ sessionId: string }>(
      "Target.attachToTarget",
      { targetId, flatten: true },
    );
    const page = new Page(devTools, targetId, sessionId, downloads);
    page.#collectMessages();
    for (const domain of ["Page", "Runtime", "Log"]) {
      await page.send(`${domain}.enable`);
    }
    return page;
  }

  /** Opens `url` and waits until it has loaded, with its images and scripts. */
  async goto(url: string): Promise<void> {
    await this.load(async () => {
      const { errorText } = await this.send<{ errorText?: string }>(
        "Page.navigate",
        { url },
      );
      if (errorText) throw new Error(`Cannot open "${url}": ${errorText}`);
    });
  }

  /** Does what makes the page load another and waits until that has loaded. */
  async load(action: () => void | Promise<void>): Promise<void> {
    await this.#devTools.event("Page.loadEventFired", this.#sessionId, action);
  }

  /** Does what starts one download and waits until that has finished. */
  async download(action: () => void | Promise<void>): Promise<Download> {
    interface Begin {
      readonly frameId: string;
      readonly guid: string;
      readonly suggestedFilename: string;
      readonly url: string;
    }
    let begin: Begin | undefined;
    // A short download may end before the action does: listen for both first.
    const { state } = await this.#devTools.event<{ state: string }>(
      "Browser.downloadProgress",
      undefined,
      async () => {
        begin = await this.#devTools.event<Begin>(
          "Browser.downloadWillBegin",
          undefined,
          action,
          ({ frameId }) => frameId === this.#targetId,
        );
      },
      ({ state }) => state !== "inProgress",
    );
    const { guid, suggestedFilename: name, url } = begin!;
    if (state !== "completed") {
      throw new Error(`Cannot download "${url}": ${state}`);
    }
    return { name, url, path: `${this.#downloads}/${guid}` };
  }

  /**
   * The value of a JavaScript expression in the page. Promises are awaited.
   *
   * @throws {Error} If the expression does, with its message and stack.
   */
  async evaluate<T = unknown>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<Evaluation>(
      "Runtime.evaluate",
      {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      },
    );
    if (exceptionDetails) {
      throw new Error(
        `Cannot evaluate "${expression}": ${describe(exceptionDetails)}`,
      );
    }
    return result.value as T;
  }

  /** Waits until a JavaScript expression in the page becomes true. */
  async waitFor(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve, reject) => {
      const check = () => {
        try {
          if (${expression}) resolve();
          else requestAnimationFrame(check);
        } catch (error) {
          reject(error);
        }
      };
      check();
    })`);
  }

  /** The text of the first element that matches, as it is shown. */
  async text(selector: string): Promise<string> {
    return await this.evaluate(`${element(selector)}.innerText`);
  }

  /**
   * Clicks into the middle of the first element that matches, with the mouse:
   * scrolls there, moves, presses, releases.
   *
   * @throws {Error} If there is no such element, or something else is on top.
   */
  async click(selector: string): Promise<void> {
    const { x, y } = await this.evaluate<{ x: number; y: number }>(`(() => {
      const element = ${element(selector)};
      element.scrollIntoView({ block: "center", behavior: "instant" });
      // A link that wraps is a box per line; between the lines is nothing.
      const box = element.getClientRects()[0];
      if (!box) throw new Error("element is not shown");
      const x = box.x + box.width / 2;
      const y = box.y + box.height / 2;
      const top = document.elementFromPoint(x, y);
      if (!element.contains(top)) {
        throw new Error("covered by " + (top?.outerHTML.slice(0, 100) ?? "nothing"));
      }
      return { x, y };
    })()`);
    const mouse = { x, y, button: "left", clickCount: 1 };
    for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { ...mouse, type });
    }
  }

  /**
   * Presses a key: `a`, `Enter`, `ArrowDown`, `Shift+Tab`, `Control+a`.
   *
   * @throws {RangeError} If there is no such key.
   */
  async press(key: string): Promise<void> {
    const [name = "", ...held] = key.split(/\+(?=.)/).reverse();
    const named = KEYS.get(name);
    const isCharacter = [...name].length === 1;
    const bits = held.map((modifier) => MODIFIERS.get(modifier));
    if (!named && !isCharacter || bits.includes(undefined)) {
      throw new RangeError(`Cannot press "${key}": no such key`);
    }
    const modifiers = bits.reduce<number>((all, bit) => all | bit!, 0);
    const [code, text] = named ?? [characterCode(name), name];
    const event = { key: name, windowsVirtualKeyCode: code, modifiers };
    // With Control, Alt or Meta held a key is a command and types nothing.
    const typed = (modifiers & 7) === 0 ? text : undefined;
    await this.send("Input.dispatchKeyEvent", {
      ...event,
      type: typed === undefined ? "rawKeyDown" : "keyDown",
      text: typed,
    });
    await this.send("Input.dispatchKeyEvent", { ...event, type: "keyUp" });
  }

  /** Presses the keys of a text one after another. */
  async type(text: string): Promise<void> {
    for (const character of text) await this.press(character);
  }

  /** Sets the size of the window in CSS pixels, and which colors its user prefers. */
  async setViewport(
    width: number,
    height: number,
    { dark = false }: ViewportOptions = {},
  ): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.send("Emulation.setEmulatedMedia", {
      features: [
        { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      ],
    });
  }

  /** Writes a picture of what the window shows, as PNG, to `path`. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.send<{ data: string }>(
      "Page.captureScreenshot",
      { format: "png" },
    );
    await Deno.writeFile(path, Uint8Array.fromBase64(data));
  }

  /** Gives any command of the DevTools protocol to the page. */
  send<T = unknown>(method: string, params: object = {}): Promise<T> {
    return this.#devTools.send<T>(method, params, this.#sessionId);
  }

  /** Closes the page. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#devTools.send("Target.closeTarget", {
      targetId: this.#targetId,
    });
  }

  #collectMessages(): void {
    interface Call {
      readonly type: string;
      readonly args: {
        readonly value?: unknown;
        readonly description?: string;
      }[];
    }
    interface Entry {
      readonly entry: { readonly level: string; readonly text: string };
    }
    interface Exception {
      readonly exceptionDetails: ExceptionDetails;
    }
    const listen = <T>(event: string, read: (params: T) => PageMessage) => {
      this.#devTools.listen<T>(
        event,
        this.#sessionId,
        (params) => this.messages.push(read(params)),
      );
    };
    listen<Call>("Runtime.consoleAPICalled", ({ type, args }) => ({
      kind: type,
      text: args.map(({ value, description }) => description ?? String(value))
        .join(" "),
    }));
    listen<Exception>("Runtime.exceptionThrown", ({ exceptionDetails }) => ({
      kind: "exception",
      text: describe(exceptionDetails),
    }));
    listen<Entry>("Log.entryAdded", ({ entry }) => ({
      kind: entry.level,
      text: entry.text,
    }));
  }
}

/** Windows key number of a letter or digit; for other characters it is no rule. */
function characterCode(character: string): number {
  return /^[a-z0-9]$/i.test(character)
    ? character.toUpperCase().charCodeAt(0)
    : 0;
}

/** An expression for the first element that matches, which throws without one. */
function element(selector: string): string {
  return `((selector) => {
    const element = document.querySelector(selector);
    if (!element) throw new Error("nothing matches " + selector);
    return element;
  })(${JSON.stringify(selector)})`;
}

function describe({ text, exception }: ExceptionDetails): string {
  return exception?.description ?? text;
}
