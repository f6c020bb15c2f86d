import {
  ProtocolError,
  type RequestHead,
} from "../http_server/protocol/mod.ts";
import { asBytes } from "./_byte_text.ts";
import type { Script } from "./_find_script.ts";
import { scriptEnviron } from "./_script_environ.ts";
import { SpooledBody } from "./_spooled_body.ts";
import { buildCgiEnviron, type CgiFacts } from "./environ.ts";
import { RunningScript, type ScriptInput } from "./running_script.ts";
import { queryArguments } from "./script_path.ts";
import type { ScriptSettings } from "./script_settings.ts";
import { resolve, SEPARATOR } from "../socketserver/paths.ts";

/** A request for a script. */
export interface ScriptCall {
  /** The script. */
  readonly script: Script;
  /** The request. */
  readonly head: RequestHead;
  /** What the script is told beside it. */
  readonly facts: Omit<CgiFacts, "contentLength" | "trustAuthorization">;
  /** The body; `null` if there is none. */
  readonly body: ScriptInput | null;
  /** Its length, if the request tells. */
  readonly contentLength: number | null;
  /** Takes what the script writes to its standard error. */
  readonly log: (line: string) => void;
}

/** How many scripts run for whom. */
const running = new WeakMap<object, number>();

/**
 * Starts a script for a request.
 *
 * @param call The request.
 * @param settings How scripts are run.
 * @param owner For whom scripts are counted: a server, or a handler.
 * @throws {ProtocolError} 503 if too many run, 500 or 502 if it cannot be run.
 */
export async function startScript(
  call: ScriptCall,
  settings: ScriptSettings,
  owner: object,
): Promise<RunningScript> {
  const count = running.get(owner) ?? 0;
  if (settings.maxProcesses !== null && count >= settings.maxProcesses) {
    throw new ProtocolError(
      `Cannot run a script: ${count} scripts run already`,
      503,
    );
  }
  running.set(owner, count + 1);
  const release = () => running.set(owner, running.get(owner)! - 1);
  let spooled: SpooledBody | null = null;
  try {
    const { script, head, facts, body } = call;
    let { contentLength } = call;
    if (body !== null && contentLength === null) {
      spooled = await SpooledBody.receive(
        body,
        settings.spoolMemory,
        settings.maxSpool,
      );
      contentLength = spooled.length;
    }
    const variables = buildCgiEnviron(head, {
      ...facts,
      scriptName: asBytes(facts.scriptName),
      pathInfo: asBytes(facts.pathInfo),
      pathTranslated: facts.pathTranslated == null
        ? null
        : asBytes(absolute(facts.pathTranslated)),
      documentRoot: asBytes(absolute(facts.documentRoot ?? script.folder)),
      scriptFilename: asBytes(script.path),
      contentLength,
      trustAuthorization: settings.trustAuthorization,
    });
    // RFC 3875, 4.4: a query without "=" is a list of words. An interpreter
    // would take them for its own options.
    const words = script.interpreted || !/^(?:GET|HEAD)$/.test(head.method)
      ? []
      : queryArguments(facts.query);
    const process = new RunningScript({
      command: script.command,
      args: [...script.args, ...words],
      cwd: script.folder,
      env: scriptEnviron(variables, settings),
      input: spooled ?? body,
      timeout: settings.timeout,
      runTimeout: settings.runTimeout,
      killDelay: settings.killDelay,
      onErrorLine: call.log,
    });
    const kept = spooled;
    Promise.all([process.ended, process.fed]).then(() => {
      release();
      kept?.close();
    });
    return process;
  } catch (error) {
    release();
    spooled?.close();
    if (error instanceof Deno.errors.NotCapable) {
      throw new ProtocolError(`Cannot run a script: ${error.message}`, 500);
    }
    throw error;
  }
}

/** A place as the script finds it, which runs in another folder; a slash at its end stays. */
function absolute(path: string): string {
  const whole = resolve(path);
  return path.endsWith("/") && !whole.endsWith(SEPARATOR) ? `${whole}/` : whole;
}

/**
 * Says how a script has ended, once that is known and worth a word.
 *
 * @param process The script.
 * @param log Takes the line.
 */
export function logEnd(
  process: RunningScript,
  log: (line: string) => void,
): void {
  process.ended.then(({ code, signal }) => {
    if (signal !== null) log(`CGI script was ended by ${signal}`);
    else if (code !== 0) log(`CGI script exit code ${code}`);
  });
}
