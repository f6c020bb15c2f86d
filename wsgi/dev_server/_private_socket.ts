/**
 * Sockets between a program and its own children, where nobody else can
 * listen or connect unseen: in a folder that only this user may open. Where
 * there are no Unix sockets, or none may be written, it is a port of the
 * loopback, which others can reach: both sides must prove who they are.
 *
 * @module
 */

/** Where such a socket is. */
export type PrivateAddress =
  | { readonly transport: "unix"; readonly path: string }
  | {
    readonly transport: "tcp";
    readonly hostname: string;
    readonly port: number;
  };

/** A listening socket with its address. */
export interface PrivateListener {
  readonly listener: Deno.Listener<Deno.Conn>;
  readonly address: PrivateAddress;
}

/**
 * Makes a folder for such sockets.
 *
 * @returns Its path, `null` if they have to do without.
 */
export function makeSocketFolder(): string | null {
  if (Deno.build.os === "windows") return null;
  for (const name of ["read", "write"] as const) {
    if (Deno.permissions.querySync({ name }).state !== "granted") return null;
  }
  return Deno.makeTempDirSync({ prefix: "server-" });
}

/** Opens a socket in the folder, or a port. */
export function listenPrivately(
  folder: string | null,
  name: string,
): PrivateListener {
  if (folder !== null) {
    const address = { transport: "unix", path: `${folder}/${name}` } as const;
    return { listener: Deno.listen(address), address };
  }
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  return { listener, address: { transport: "tcp", hostname, port } };
}

/** Connects to such a socket. */
export function connectPrivately(address: PrivateAddress): Promise<Deno.Conn> {
  return address.transport === "unix"
    ? Deno.connect(address)
    : Deno.connect(address);
}

/** A word that nobody can guess. */
export function makeToken(): string {
  return crypto.randomUUID();
}
