// Connections for tests of what works over them.
import type { Connection } from "../../socketserver/io/socket_io.ts";

/** Both ends of a connection. */
export interface Ends extends Disposable {
  /** The end that the streams under test are opened over. */
  readonly near: Deno.TcpConn;
  /** The peer. */
  readonly far: Deno.TcpConn;
}

/** Connects two ends over the loopback interface; both close with the block. */
export async function connected(): Promise<Ends> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
  ]);
  return {
    near,
    far,
    [Symbol.dispose](): void {
      for (const end of [near, far]) {
        try {
          end.close();
        } catch {
          // Closing it was what the test is about.
        }
      }
    },
  };
}

/** A connection whose reads and writes settle when a test says so. */
export class GatedConnection implements Connection {
  readonly reading: {
    buffer: Uint8Array;
    give(text: string | null): void;
    fail(error: Error): void;
  }[] = [];
  readonly writing: {
    bytes: Uint8Array;
    take(count: number): void;
    fail(error: Error): void;
  }[] = [];
  closes = 0;

  read(buffer: Uint8Array): Promise<number | null> {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.reading.push({
      buffer,
      give(text): void {
        if (text === null) return resolve(null);
        for (let i = 0; i < text.length; i++) buffer[i] = text.charCodeAt(i);
        resolve(text.length);
      },
      fail: reject,
    });
    return promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.writing.push({ bytes: bytes.slice(), take: resolve, fail: reject });
    return promise;
  }

  close(): void {
    this.closes++;
  }
}
