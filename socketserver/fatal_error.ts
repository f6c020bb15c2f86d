/**
 * Ends the server it is thrown in: the stand-in for Python's `SystemExit` and
 * `KeyboardInterrupt`, which generic error handling never swallows.
 *
 * @example Stops a server from inside a handler
 * ```ts
 * import { BaseRequestHandler, FatalError } from "@pystd/server/socketserver";
 *
 * class Bomb extends BaseRequestHandler {
 *   override handle(): void {
 *     throw new FatalError("Cannot go on: the disk is gone");
 *   }
 * }
 * ```
 */
export class FatalError extends Error {
  /** The class name, as error reports show it. */
  override readonly name = "FatalError";
}
