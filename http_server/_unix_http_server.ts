import { ThreadingUnixStreamServer } from "../socketserver/mod.ts";

/** Serves HTTP over a Unix socket, for a server in front. */
export class UnixHTTPServer extends ThreadingUnixStreamServer {
  /** As for TCP. */
  static override requestQueueSize = 511;

  /** Whether nobody waits for running requests. */
  override daemonThreads = true;
}
