import { type ForkingClass, ForkingMixIn } from "./forking_mix_in.ts";
import { TCPServer } from "./tcp_server.ts";
import { UDPServer } from "./udp_server.ts";
import { UnixDatagramServer } from "./unix_datagram_server.ts";
import { UnixStreamServer } from "./unix_stream_server.ts";

/** {@linkcode ForkingMixIn} applied to {@linkcode TCPServer}. */
export const ForkingTCPServerBase: ForkingClass<typeof TCPServer> =
  ForkingMixIn(TCPServer);

/**
 * Serves each TCP connection in a process of its own, Python's
 * `socketserver.ForkingTCPServer`. Needs `--allow-net`, `--allow-run` and
 * `--allow-read`.
 */
export class ForkingTCPServer extends ForkingTCPServerBase {}

/** {@linkcode ForkingMixIn} applied to {@linkcode UDPServer}. */
export const ForkingUDPServerBase: ForkingClass<typeof UDPServer> =
  ForkingMixIn(UDPServer);

/**
 * Serves each UDP datagram in a process of its own, Python's
 * `socketserver.ForkingUDPServer`. Needs `--allow-net`, `--allow-run` and
 * `--allow-read`.
 */
export class ForkingUDPServer extends ForkingUDPServerBase {}

/** {@linkcode ForkingMixIn} applied to {@linkcode UnixStreamServer}. */
export const ForkingUnixStreamServerBase: ForkingClass<
  typeof UnixStreamServer
> = ForkingMixIn(UnixStreamServer);

/**
 * Serves each connection of a Unix socket in a process of its own, Python's
 * `socketserver.ForkingUnixStreamServer`. Needs `--allow-run`, `--allow-read`
 * and `--allow-write`.
 */
export class ForkingUnixStreamServer extends ForkingUnixStreamServerBase {}

/** {@linkcode ForkingMixIn} applied to {@linkcode UnixDatagramServer}. */
export const ForkingUnixDatagramServerBase: ForkingClass<
  typeof UnixDatagramServer
> = ForkingMixIn(UnixDatagramServer);

/**
 * Serves each datagram of a Unix socket in a process of its own, Python's
 * `socketserver.ForkingUnixDatagramServer`. Needs `--unstable-net`,
 * `--allow-run`, `--allow-read` and `--allow-write`.
 */
export class ForkingUnixDatagramServer extends ForkingUnixDatagramServerBase {}
