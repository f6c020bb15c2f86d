import { assertEquals, assertThrows } from "@std/assert";
import { everySplit } from "../../_tools/testing/every_split.ts";
import {
  decodePreface,
  encodeFrame,
  encodePreface,
  type Frame,
  FrameDecoder,
  PREFACE_HEADER,
  prefaceLength,
} from "./_relay_frames.ts";

const utf8 = new TextEncoder();

/** Frames with the pieces of data that follow each other put together. */
function joined(frames: Iterable<Frame>): unknown[] {
  const all: unknown[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") all.push(text);
    text = "";
  };
  for (const frame of frames) {
    if (frame.kind === "data") text += new TextDecoder().decode(frame.bytes);
    else {
      flush();
      all.push(frame);
    }
  }
  flush();
  return all;
}

const FRAMES: Frame[] = [
  { kind: "data", bytes: utf8.encode("HTTP/1.1 200 OK") },
  { kind: "idle", taken: 0xfffffffe },
  { kind: "data", bytes: utf8.encode("x") },
  { kind: "data", bytes: new Uint8Array(0) },
  { kind: "leave", taken: 7 },
  { kind: "end" },
];

Deno.test("FrameDecoder reads what encodeFrame() writes, in pieces of any size", () => {
  const bytes = new Uint8Array(
    FRAMES.flatMap((frame) => [...encodeFrame(frame)]),
  );
  for (const pieces of everySplit(bytes)) {
    const decoder = new FrameDecoder();
    const frames = pieces.flatMap((piece) => [...decoder.push(piece)]);
    assertEquals(joined(frames), [
      "HTTP/1.1 200 OK",
      { kind: "idle", taken: 0xfffffffe },
      "x",
      { kind: "leave", taken: 7 },
      { kind: "end" },
    ]);
  }
});

Deno.test("FrameDecoder refuses what is no frame", () => {
  const decoder = new FrameDecoder();
  assertThrows(
    () => [...decoder.push(utf8.encode("HTTP/1.1 200"))],
    TypeError,
    "Cannot read a frame: its kind is unknown",
  );
});

Deno.test("decodePreface() reads what encodePreface() writes", () => {
  const preface = {
    token: "secret",
    remoteAddr: { transport: "tcp", hostname: "::1", port: 50000 },
    localAddr: { transport: "unix", path: "/tmp/ü" },
    secure: true,
  } as const;
  const bytes = encodePreface(preface);
  assertEquals(prefaceLength(bytes), bytes.length - PREFACE_HEADER);
  assertEquals(decodePreface(bytes.subarray(PREFACE_HEADER)), preface);
});
