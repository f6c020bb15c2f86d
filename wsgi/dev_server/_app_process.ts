import type { ControlChannel, Serving } from "./_control_channel.ts";
import { Link } from "./_link.ts";
import { connectPrivately, makeToken } from "./_private_socket.ts";
import type { Preface } from "./_relay_frames.ts";
import type { AppSettings } from "./app_settings.ts";

/** Seconds that a process may take to end once it is told to. */
const ENDING_TIME = 1;

/** Milliseconds until a process is asked again that is too busy to accept. */
const RETRY = 5;

/** One process that runs the application, from its start to its end. */
export class AppProcess {
  /** Proves to it that connections come from here, and to us that it is it. */
  readonly token: string = makeToken();
  /** Resolves once it takes connections; to `null` if it ends before. */
  readonly serving: Promise<Serving | null>;
  /** Resolves when it has ended. */
  readonly ended: Promise<Deno.CommandStatus>;

  readonly #child: Deno.ChildProcess;
  readonly #serving = Promise.withResolvers<Serving | null>();
  readonly #links = new Set<Link>();
  #control: ControlChannel | undefined;
  #hasEnded = false;
  #retired: Promise<void> | undefined;
  #lastLinkGone: () => void = () => {};

  /**
   * Starts a process.
   *
   * @param command Makes the command, which gets the token.
   */
  constructor(command: (token: string) => Deno.Command) {
    this.#child = command(this.token).spawn();
    this.serving = this.#serving.promise;
    this.ended = this.#child.status.then((status) => {
      this.#hasEnded = true;
      this.#serving.resolve(null);
      this.#control?.close();
      return status;
    });
  }

  /** Whether it was told to end. */
  get retired(): boolean {
    return this.#retired !== undefined;
  }

  /** Takes the connection over which it has said hello, and tells it what to do. */
  async attach(control: ControlChannel, settings: AppSettings): Promise<void> {
    this.#control = control;
    await control.send({ order: "serve", settings }).catch(() => {});
    this.#serving.resolve(await control.receive<Serving>());
  }

  /**
   * Opens a link for a client.
   *
   * @returns The link, `null` if the process does not serve any more.
   */
  async open(ends: Omit<Preface, "token">): Promise<Link | null> {
    const serving = await this.serving;
    while (serving && !this.#hasEnded && !this.retired) {
      try {
        const socket = await connectPrivately(serving.address);
        const link = await Link.open(socket, { ...ends, token: this.token });
        if (this.retired) {
          link.close();
          return null;
        }
        this.#links.add(link);
        link.onClose = () => {
          this.#links.delete(link);
          if (this.#links.size === 0) this.#lastLinkGone();
        };
        return link;
      } catch {
        // Its queue is full, or it is about to end.
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
    return null;
  }

  /**
   * Lets it finish the requests at hand, then ends it.
   *
   * @param grace Seconds that these may take.
   */
  retire(grace: number): Promise<void> {
    return this.#retired ??= this.#end(grace);
  }

  async #end(grace: number): Promise<void> {
    const done = Promise.race([
      this.ended,
      new Promise<void>((resolve) => {
        this.#lastLinkGone = resolve;
        if (this.#links.size === 0) resolve();
      }),
    ]);
    this.#control?.send({ order: "retire" }).catch(() => {});
    for (const link of [...this.#links]) link.retire();
    await within(grace, done);
    for (const link of [...this.#links]) link.close();
    // One that has not said hello yet has nothing to finish.
    if (this.#control) {
      await this.#control.send({ order: "end" }).catch(() => {});
      await within(ENDING_TIME, this.ended);
    }
    if (!this.#hasEnded) this.kill();
    await this.ended;
  }

  /** Ends it at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** Waits so many seconds at most. */
async function within(seconds: number, done: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([done, expired]);
  clearTimeout(timer);
}
