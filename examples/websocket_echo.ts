/**
 * Echoes WebSocket messages (RFC 6455): how a handler takes its connection
 * over from HTTP.
 *
 *     deno run --allow-net examples/websocket_echo.ts [PORT]
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  BaseHTTPRequestHandler,
  type DetachedConnection,
  ThreadingHTTPServer,
} from "@pystd/server/http-server";

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const TOO_LARGE = 1009;

/** Bytes of the largest message that is echoed. */
const LIMIT = 1 << 20;

interface Frame {
  last: boolean;
  opcode: number;
  payload: Uint8Array<ArrayBuffer>;
}

/** Ends the connection, and tells the client why. */
class Closing extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** Echoes each message on connections that ask for WebSocket. */
export class WebSocketEcho extends BaseHTTPRequestHandler {
  /** Answers the handshake, then speaks WebSocket. */
  async doGET(): Promise<void> {
    const key = this.headers.get("sec-websocket-key");
    const wanted = this.headers.get("upgrade")?.toLowerCase() === "websocket";
    if (!wanted || key === null) {
      this.sendHeader("Upgrade", "websocket");
      return await this.sendError(426);
    }
    this.sendResponse(101);
    this.sendHeader("Upgrade", "websocket");
    this.sendHeader("Connection", "Upgrade");
    this.sendHeader("Sec-WebSocket-Accept", acceptOf(key));
    await this.endHeaders();
    await echo(await this.detach());
  }
}

/** What the client expects in answer to its key (RFC 6455, 4.2.2). */
function acceptOf(key: string): string {
  return createHash("sha1")
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
}

async function echo(connection: DetachedConnection): Promise<void> {
  try {
    await echoMessages(connection);
  } catch (error) {
    if (!(error instanceof Closing)) throw error;
    const payload = new Uint8Array(2);
    new DataView(payload.buffer).setUint16(0, error.code);
    await send(connection, CLOSE, payload);
  }
}

async function echoMessages(connection: DetachedConnection): Promise<void> {
  let opcode = CONTINUATION;
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  while (true) {
    const frame = await receive(connection);
    if (frame.opcode === CLOSE) throw new Closing(NORMAL, "the client closes");
    if (frame.opcode === PING) await send(connection, PONG, frame.payload);
    if (frame.opcode > BINARY) continue;
    const begins = frame.opcode !== CONTINUATION;
    if (begins !== (parts.length === 0)) {
      throw new Closing(PROTOCOL_ERROR, "a frame is out of turn");
    }
    if (begins) opcode = frame.opcode;
    parts.push(frame.payload);
    size += frame.payload.length;
    if (size > LIMIT) throw new Closing(TOO_LARGE, "a message is too large");
    if (!frame.last) continue;
    await send(connection, opcode, await new Blob(parts).bytes());
    parts = [];
    size = 0;
  }
}

/** Reads a frame (RFC 6455, 5.2). */
async function receive({ rfile }: DetachedConnection): Promise<Frame> {
  const start = await view(2);
  const first = start.getUint8(0);
  const second = start.getUint8(1);
  const last = (first & 0x80) !== 0;
  const opcode = first & 0x0f;
  let length = second & 0x7f;
  if ((second & 0x80) === 0) {
    throw new Closing(PROTOCOL_ERROR, "a frame is not masked");
  }
  if ((first & 0x70) !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode)) {
    throw new Closing(PROTOCOL_ERROR, "a frame is of no known kind");
  }
  if (opcode >= CLOSE && (!last || length > 125)) {
    throw new Closing(PROTOCOL_ERROR, "a control frame is not whole");
  }
  if (length === 126) length = (await view(2)).getUint16(0);
  else if (length === 127) length = Number((await view(8)).getBigUint64(0));
  if (length > LIMIT) throw new Closing(TOO_LARGE, "a frame is too large");
  const mask = await exactly(4);
  const payload = await exactly(length);
  for (let i = 0; i < length; i++) payload[i]! ^= mask[i % 4]!;
  return { last, opcode, payload };

  async function exactly(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await rfile.read(count);
    if (bytes.length < count) {
      throw new Deno.errors.UnexpectedEof("The client left within a frame");
    }
    return bytes;
  }

  async function view(count: number): Promise<DataView> {
    const { buffer, byteOffset } = await exactly(count);
    return new DataView(buffer, byteOffset, count);
  }
}

async function send(
  { wfile }: DetachedConnection,
  opcode: number,
  payload: Uint8Array,
): Promise<void> {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const bytes = new Uint8Array(2 + extra + length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | opcode);
  view.setUint8(1, extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  bytes.set(payload, 2 + extra);
  await wfile.write(bytes);
}

if (import.meta.main) {
  const [port = "8000"] = Deno.args;
  await using server = new ThreadingHTTPServer(
    { hostname: "127.0.0.1", port: Number(port) },
    WebSocketEcho,
  );
  console.log(`Echoing on ws://127.0.0.1:${server.serverPort}/`);
  await server.serveForever();
}
