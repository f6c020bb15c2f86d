/** Anything that serves one request when told to. */
export interface RequestHandler {
  /** Serves the request. */
  run(): void | Promise<void>;
}

/**
 * Makes the handler of one request: a class, or a plain function.
 *
 * @typeParam Request What a server hands over: a connection, or a datagram.
 */
export type RequestHandlerClass<Request> =
  // The parameters are as wide as the widest handler wants them: a handler
  // for one kind of server says so in its own constructor.
  // deno-lint-ignore no-explicit-any
  | (new (request: Request, clientAddress: any, server: any) => RequestHandler)
  // deno-lint-ignore no-explicit-any
  | ((request: Request, clientAddress: any, server: any) => RequestHandler);

/** The part of a server that handlers on it may count on. */
export interface HandlerServer {
  /** Handlers at work; each enters and leaves by itself. */
  readonly handlers?: Set<StoppableHandler>;
}

/** A handler that can be asked to come to an end. */
export interface StoppableHandler extends RequestHandler {
  /** The server is about to stop: end when the request at hand is done. */
  serverStopping(): void;
}

/**
 * Makes the handler that `RequestHandlerClass` stands for.
 *
 * @param RequestHandlerClass The class, or the function.
 * @param request The connection or datagram.
 * @param clientAddress Where it comes from.
 * @param server The server that received it.
 * @returns The handler, not yet run.
 */
export function makeHandler<Request>(
  RequestHandlerClass: RequestHandlerClass<Request>,
  request: Request,
  clientAddress: unknown,
  server: unknown,
): RequestHandler {
  if (isClass(RequestHandlerClass)) {
    const Class = RequestHandlerClass as new (
      ...args: unknown[]
    ) => RequestHandler;
    return new Class(request, clientAddress, server);
  }
  const make = RequestHandlerClass as (...args: unknown[]) => RequestHandler;
  return make(request, clientAddress, server);
}

/** Whether something wants `new`: a `class`, or a function with methods. */
function isClass(Class: RequestHandlerClass<never>): boolean {
  if (typeof Class.prototype?.run === "function") return true;
  return Object.getOwnPropertyDescriptor(Class, "prototype")?.writable ===
    false;
}
