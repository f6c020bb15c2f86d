/**
 * lighttpd with its mod_cgi, for the length of a test.
 *
 * @module
 */
import { freePort, listening } from "./free_port.ts";

/** A lighttpd that runs the scripts of a folder until it is disposed of. */
export class Lighttpd implements AsyncDisposable {
  /** Where it is found, without a slash at the end. */
  readonly url: string;
  readonly #process: Deno.ChildProcess;
  readonly #config: string;

  constructor(url: string, process: Deno.ChildProcess, config: string) {
    this.url = url;
    this.#process = process;
    this.#config = config;
  }

  /**
   * Starts it. Needs all permissions.
   *
   * @param program Its path.
   * @param folder The folder that is served; every executable file is a script.
   * @param env What is added to its environment. Scripts get no more of that
   * than `PATH` and `HOME`.
   */
  static async start(
    program: string,
    folder: string,
    env: Record<string, string> = {},
  ): Promise<Lighttpd> {
    const port = freePort();
    const config = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(config, configuration(folder, port));
    const process = new Deno.Command(program, {
      args: ["-D", "-f", config],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await listening(port);
    return new Lighttpd(`http://127.0.0.1:${port}`, process, config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.status;
    await Deno.remove(this.#config);
  }
}

/**
 * What lighttpd is told to run scripts.
 *
 * @param folder The folder that is served; every executable file is a script.
 * @param port Where it listens.
 */
export function configuration(folder: string, port: number): string {
  const text = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
  return `server.modules = ("mod_cgi", "mod_setenv")
server.document-root = ${text(folder)}
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = (${text(folder)})
cgi.assign = ("" => "")
cgi.execute-x-only = "enable"
setenv.set-environment = ("PATH" => env.PATH, "HOME" => env.HOME)
`;
}
