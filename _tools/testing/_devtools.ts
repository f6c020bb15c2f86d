/** How long the browser may take over anything before the test fails. */
const PATIENCE = 30_000;

/** A message of the browser: the answer to a command, or an event. */
interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
}

/** One thing that the connection waits for. */
interface Waiter {
  /** Gets each message; says whether it was the one waited for. */
  readonly take: (message: Message) => boolean;
  readonly fail: (reason: Error) => void;
}

/**
 * A connection that speaks the DevTools protocol: JSON over a WebSocket,
 * commands with a number, events without one. A session is one page.
 */
export class DevTools {
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<(message: Message) => void>();
  #lastId = 0;

  /** Speaks over an open socket; {@linkcode DevTools.connect} opens one. */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      for (const { fail } of this.#waiters) fail(connectionClosed());
      resolve();
    };
  }

  /** Connects to the `ws:` URL that a browser prints when it starts. */
  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    const devTools = new DevTools(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () =>
        reject(new Deno.errors.ConnectionRefused(`Cannot connect to "${url}"`));
    });
    socket.onerror = null;
    return devTools;
  }

  /** Gives a command and returns the browser's answer. */
  async send<T>(
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<T> {
    const id = ++this.#lastId;
    const answer = await this.#wait(
      method,
      (message) => message.id === id,
      () =>
        this.#socket.send(JSON.stringify({ id, method, params, sessionId })),
    );
    if (answer.error) {
      throw new Error(`Cannot do ${method}: ${answer.error.message}`);
    }
    return answer.result as T;
  }

  /**
   * Does `action` and returns the event that it brings about, whether that
   * comes before or after `action` ends.
   */
  async event<T>(
    method: string,
    sessionId: string | undefined,
    action: () => void | Promise<void>,
    accept: (params: T) => boolean = () => true,
  ): Promise<T> {
    const { params } = await this.#wait(
      method,
      (message) =>
        message.method === method && message.sessionId === sessionId &&
        accept(message.params as T),
      action,
    );
    return params as T;
  }

  /** Calls `listener` for each event of a kind until the connection ends. */
  listen<T>(
    method: string,
    sessionId: string,
    listener: (params: T) => void,
  ): void {
    this.#listeners.add((message) => {
      if (message.method === method && message.sessionId === sessionId) {
        listener(message.params as T);
      }
    });
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }

  async #wait(
    what: string,
    isAwaited: (message: Message) => boolean,
    action: () => void | Promise<void>,
  ): Promise<Message> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw connectionClosed();
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const take = (message: Message) => {
      const awaited = isAwaited(message);
      if (awaited) resolve(message);
      return awaited;
    };
    const waiter: Waiter = { take, fail: reject };
    const timer = setTimeout(() => {
      reject(
        new Deno.errors.TimedOut(
          `Cannot wait longer than ${PATIENCE} ms for ${what}`,
        ),
      );
    }, PATIENCE);
    this.#waiters.add(waiter);
    try {
      const [message] = await Promise.all([promise, action()]);
      return message;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  #receive(message: Message): void {
    for (const listener of this.#listeners) listener(message);
    for (const waiter of this.#waiters) {
      if (waiter.take(message)) this.#waiters.delete(waiter);
    }
  }
}

function connectionClosed(): Error {
  return new Deno.errors.ConnectionAborted(
    "Cannot go on: browser has closed the connection",
  );
}
