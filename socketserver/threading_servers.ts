import { TCPServer } from "./tcp_server.ts";
import {
  type Constructor,
  type ThreadingMembers,
  ThreadingMixIn,
} from "./threading_mix_in.ts";
import { UDPServer } from "./udp_server.ts";
import { UnixDatagramServer } from "./unix_datagram_server.ts";
import { UnixStreamServer } from "./unix_stream_server.ts";

/** {@linkcode ThreadingMixIn} applied to {@linkcode TCPServer}. */
export const ThreadingTCPServerBase:
  & typeof TCPServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(TCPServer);

/**
 * Serves each TCP connection as a task of its own, Python's
 * `socketserver.ThreadingTCPServer`. Needs `--allow-net`.
 */
export class ThreadingTCPServer extends ThreadingTCPServerBase {}

/** {@linkcode ThreadingMixIn} applied to {@linkcode UDPServer}. */
export const ThreadingUDPServerBase:
  & typeof UDPServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(UDPServer);

/**
 * Serves each UDP datagram as a task of its own, Python's
 * `socketserver.ThreadingUDPServer`. Needs `--allow-net`.
 */
export class ThreadingUDPServer extends ThreadingUDPServerBase {}

/** {@linkcode ThreadingMixIn} applied to {@linkcode UnixStreamServer}. */
export const ThreadingUnixStreamServerBase:
  & typeof UnixStreamServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(UnixStreamServer);

/**
 * Serves each connection of a Unix socket as a task of its own, Python's
 * `socketserver.ThreadingUnixStreamServer`. Needs `--allow-read` and
 * `--allow-write` for the path.
 */
export class ThreadingUnixStreamServer extends ThreadingUnixStreamServerBase {}

/** {@linkcode ThreadingMixIn} applied to {@linkcode UnixDatagramServer}. */
export const ThreadingUnixDatagramServerBase:
  & typeof UnixDatagramServer
  & Constructor<ThreadingMembers> = ThreadingMixIn(UnixDatagramServer);

/**
 * Serves each datagram of a Unix socket as a task of its own, Python's
 * `socketserver.ThreadingUnixDatagramServer`. Needs `--unstable-net`, and
 * `--allow-read` and `--allow-write` for the path.
 */
export class ThreadingUnixDatagramServer
  extends ThreadingUnixDatagramServerBase {}
