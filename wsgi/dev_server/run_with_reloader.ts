import { relative } from "@std/path/relative";
import { resolve } from "@std/path/resolve";
import { runServer, type RunServerOptions } from "../../http_server/mod.ts";
import { configFiles } from "../../socketserver/deno_flags.ts";
import { AppSupervisor } from "./_app_supervisor.ts";
import { relayTo } from "./_relay_handler.ts";
import type { AppSettings } from "./app_settings.ts";
import { getChildArguments, resolvingFlags } from "./child_arguments.ts";
import { APP_SCHEMES, parseAppName } from "./load_app.ts";
import { moduleGraph } from "./module_graph.ts";
import { type BaseReloader, getReloader } from "./reloader.ts";

/** What {@linkcode runWithReloader} is told beside where to listen. */
export interface ReloaderOptions extends RunServerOptions {
  /** The application. */
  settings: AppSettings;
  /** Files and folders that belong to it beside its modules. */
  watch?: readonly string[];
  /** Deno's options for the process of the application; this program's own by default. */
  denoFlags?: readonly string[];
  /** Takes lines about the application; `console.error` by default. */
  log?: (line: string) => void;
}

/**
 * Serves an application in a process of its own, and starts that anew when a
 * file of it changes, Django's `run_with_reloader`. The socket stays open:
 * clients wait, none is refused. Requests at hand end as they began. Needs
 * `--allow-run` beside what a server needs.
 *
 * @param options The application, and where to listen.
 * @returns When it was stopped.
 * @throws {Error} If it cannot listen, or not even a process can be started
 * that says what is wrong with the application.
 *
 * @example Serves an application that is being written
 * ```ts
 * import { runWithReloader } from "@pystd/server/dev-server";
 * import { assertEquals } from "@std/assert";
 *
 * const app = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(app, `export default () => new Response("hello");`);
 *
 * const stop = new AbortController();
 * await runWithReloader({
 *   settings: { app, quiet: true },
 *   bind: "127.0.0.1",
 *   port: 0,
 *   signal: stop.signal,
 *   async print(line) {
 *     const [url] = /http:[^)]+/.exec(line) ?? [];
 *     if (!url) return;
 *     assertEquals(await (await fetch(url)).text(), "hello");
 *     stop.abort();
 *   },
 * });
 * await Deno.remove(app);
 * ```
 */
export async function runWithReloader(options: ReloaderOptions): Promise<void> {
  const { settings, drain = 5 } = options;
  const { print = console.log, log = console.error } = options;
  const denoFlags = options.denoFlags ?? getChildArguments();
  const reloader = getReloader();
  const files = new WatchedFiles(
    reloader,
    settings,
    options.watch ?? [],
    denoFlags,
  );
  const stop = new AbortController();
  const stopped = () => stop.abort();
  options.signal?.addEventListener("abort", stopped, { once: true });
  if (options.signal?.aborted) stop.abort();
  let supervisor: AppSupervisor | undefined;
  let serving: Promise<void> | undefined;
  try {
    await files.find();
    reloader.tick();
    supervisor = new AppSupervisor({
      denoFlags,
      settings,
      drain,
      onServing: print,
      onProblem: (problem) => log(`${problem}\nWaiting for a change`),
    });
    const app = supervisor;
    serving = runServer({
      ...options,
      HandlerClass: relayTo((ends) => app.open(ends)),
      signal: stop.signal,
    });
    const following = follow(reloader, files, app, log);
    await Promise.race([serving, app.failed, following]);
  } finally {
    stop.abort();
    await serving?.catch(() => {});
    options.signal?.removeEventListener("abort", stopped);
    reloader.stop();
    await supervisor?.close();
  }
}

async function follow(
  reloader: BaseReloader,
  files: WatchedFiles,
  supervisor: AppSupervisor,
  log: (line: string) => void,
): Promise<void> {
  for await (const [first, ...others] of reloader.changes()) {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    log(`${relative(Deno.cwd(), first!)}${more} changed, reloading`);
    // First the list: what changes while the application starts is then seen.
    await files.find();
    supervisor.restart();
  }
}

/** Keeps a reloader's list of files up to date. */
class WatchedFiles {
  readonly #reloader: BaseReloader;
  readonly #settings: AppSettings;
  readonly #extra: string[] = [];
  readonly #flags: readonly string[];
  #modules: readonly string[] = [];
  #asked = false;

  constructor(
    reloader: BaseReloader,
    settings: AppSettings,
    watch: readonly string[],
    denoFlags: readonly string[],
  ) {
    this.#reloader = reloader;
    this.#settings = settings;
    this.#flags = resolvingFlags(denoFlags);
    this.#add([...configFiles(Deno.mainModule), ...watch]);
  }

  #add(paths: readonly string[], glob?: string): void {
    for (const path of paths) {
      const absolute = resolve(path);
      if (isFolder(absolute)) this.#reloader.watchDir(absolute, glob);
      else this.#extra.push(absolute);
    }
  }

  /** Finds out which files the application consists of now. */
  async find(): Promise<void> {
    const parsed = parseAppName(this.#settings.app);
    if (parsed.scheme !== null) {
      if (this.#asked) return;
      this.#asked = true;
      const { watched, sources } = APP_SCHEMES.get(parsed.scheme)!;
      const settings = this.#settings.schemes?.[parsed.scheme];
      this.#add(await watched(parsed.name, settings), sources);
    } else {
      const { files, complete } = await moduleGraph(parsed.module, this.#flags);
      // Behind a module that cannot be read there may be those of before.
      this.#modules = complete
        ? files
        : [...new Set([...this.#modules, ...files])];
    }
    this.#reloader.watchFiles([...this.#extra, ...this.#modules]);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
