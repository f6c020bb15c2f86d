/**
 * The program of the process that runs the application. It ends when the
 * reloader says so, and when that is gone: then its connection is closed, no
 * matter how it has ended.
 *
 * @module
 */

import { explain } from "../../http_server/explain_error.ts";
import { appHandler } from "./_app_handler.ts";
import { buildApp, buildBrokenApp } from "./_build_app.ts";
import {
  ControlChannel,
  type Order,
  type Serving,
} from "./_control_channel.ts";
import { connectPrivately } from "./_private_socket.ts";
import { announcing, openRelayServer } from "./_relay_receiver.ts";
import type { LoadedApp } from "./app_scheme.ts";
import type { AppSettings } from "./app_settings.ts";

async function main(
  [control, token, socket]: readonly string[],
): Promise<void> {
  // Ctrl-C reaches the whole group of processes: the reloader decides.
  Deno.addSignalListener("SIGINT", () => {});
  const [folder, name] = JSON.parse(socket!);
  const connection = await connectPrivately(JSON.parse(control!))
    .catch(() => end(null, folder));
  const channel = new ControlChannel(connection);
  await channel.send({ token: token! }).catch(() => end(null, folder));
  const order = await channel.receive<Order>();
  if (order?.order !== "serve") return end(order, folder);
  let retired = false;
  let close: () => void | Promise<void> = () => {};
  const obey = async () => {
    let next = await channel.receive<Order>();
    for (; next?.order === "retire"; next = await channel.receive()) {
      retired = true;
    }
    await Promise.resolve(close()).catch(() => {});
    end(next, folder);
  };
  obey();

  const { loaded, problem, contested } = await load(order.settings);
  close = () => loaded.close?.();
  const HandlerClass = appHandler(loaded.application, order.settings);
  const relay = openRelayServer(folder, name, {
    token: token!,
    HandlerClass: announcing(HandlerClass, () => retired),
    server: { daemonThreads: true },
  });
  const serving = relay.server.serveForever();
  await channel.send({
    address: relay.address,
    found: problem === null ? `Serving ${loaded.found}` : null,
    problem,
    contested,
  });
  await serving;
}

/** Loads the application, or one that tells why it cannot be. */
async function load(
  settings: AppSettings,
): Promise<{ loaded: LoadedApp } & Pick<Serving, "problem" | "contested">> {
  let { problem } = settings;
  let contested = false;
  if (problem === undefined) {
    try {
      return { loaded: await buildApp(settings), problem: null, contested };
    } catch (error) {
      problem = explain(error);
      const { cause } = error as Error;
      contested = cause instanceof Deno.errors.AddrInUse ||
        cause instanceof Deno.errors.Busy;
    }
  }
  const application = buildBrokenApp(problem, settings);
  const loaded = { application, found: "a page that says so" };
  return { loaded, problem, contested };
}

/** Ends the process. */
function end(order: Order | null, folder: string | null): never {
  // A reloader that was killed has left its folder behind.
  if (order === null && folder !== null) {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // Another process was faster.
    }
  }
  Deno.exit(0);
}

if (import.meta.main) await main(Deno.args);
