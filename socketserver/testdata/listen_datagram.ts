/** A socket for datagrams. */
interface DatagramSocket {
  send(bytes: Uint8Array, to: Deno.UnixAddr): Promise<number>;
  receive(buffer: Uint8Array): Promise<[Uint8Array, Deno.UnixAddr]>;
  close(): void;
}

/** `Deno.listenDatagram`, which types know only with --unstable-net. */
export const { listenDatagram } = Deno as {
  listenDatagram(options: Deno.UnixAddr): DatagramSocket;
};
