import { assert, assertEquals, assertMatch } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { der, integer, objectIdentifier, utcTime } from "./_der.ts";
import { makeSelfSigned } from "./_self_signed.ts";

Deno.test("der() writes lengths of every size", () => {
  const head = (
    length: number,
  ) => [...der(0x04, new Uint8Array(length)).subarray(0, 5)];
  assertEquals(head(0), [0x04, 0]);
  assertEquals(head(127).slice(0, 2), [0x04, 127]);
  assertEquals(head(128).slice(0, 3), [0x04, 0x81, 128]);
  assertEquals(head(255).slice(0, 3), [0x04, 0x81, 255]);
  assertEquals(head(256).slice(0, 4), [0x04, 0x82, 1, 0]);
  assertEquals(head(65536), [0x04, 0x83, 1, 0, 0]);
});

Deno.test("integer() keeps numbers positive and short", () => {
  const bytes = (...digits: number[]) => [...integer(new Uint8Array(digits))];
  assertEquals(bytes(0), [2, 1, 0]);
  assertEquals(bytes(0, 0, 5), [2, 1, 5]);
  assertEquals(bytes(0x7f), [2, 1, 0x7f]);
  assertEquals(bytes(0x80), [2, 2, 0, 0x80]);
  assertEquals(bytes(0, 0x80), [2, 2, 0, 0x80]);
});

Deno.test("objectIdentifier() and utcTime() write what X.690 says", () => {
  assertEquals([...objectIdentifier("1.2.840.10045.4.3.2")], [
    6,
    8,
    0x2a,
    0x86,
    0x48,
    0xce,
    0x3d,
    4,
    3,
    2,
  ]);
  assertEquals(
    new TextDecoder().decode(
      utcTime(Date.UTC(2026, 10, 24, 1, 2, 3, 999)).subarray(2),
    ),
    "261124010203Z",
  );
});

Deno.test("makeSelfSigned() makes a certificate that is good for its names and verifies", async () => {
  const now = Date.UTC(2026, 10, 24);
  for (let i = 0; i < 8; i++) {
    const { cert, fingerprint } = await makeSelfSigned([
      "localhost",
      "127.0.0.1",
      "::1",
      "fd00::12:3",
      "1:2:3:4:5:6:7:8",
    ], now);
    const certificate = new X509Certificate(cert);
    assertEquals(certificate.fingerprint256, fingerprint);
    assertEquals(certificate.subject, certificate.issuer);
    assertMatch(certificate.validFrom, /^Nov 23 00:00:00 2026/);
    assertMatch(certificate.validTo, /^Feb 22 00:00:00 2027/);
    assert(!certificate.ca);
  }
});

Deno.test("makeSelfSigned() makes what TLS serves and who trusts it accepts, for its names alone", async () => {
  const { cert, key } = await makeSelfSigned(["localhost", "127.0.0.1"]);
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    cert,
    key,
    onListen() {},
  }, () => new Response("secret"));
  const { port } = server.addr;
  using client = Deno.createHttpClient({ caCerts: [cert] });
  for (const host of ["localhost", "127.0.0.1"]) {
    const response = await fetch(`https://${host}:${port}/`, { client });
    assertEquals(await response.text(), "secret");
  }
  using stranger = Deno.createHttpClient({});
  let refused = false;
  await fetch(`https://localhost:${port}/`, { client: stranger }).catch(() =>
    refused = true
  );
  assert(refused);
});
