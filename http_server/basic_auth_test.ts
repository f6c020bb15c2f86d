import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { pbkdf2Sync } from "node:crypto";
import { BasicAuth, hashPassword } from "./basic_auth.ts";

function basic(text: string): string {
  return `Basic ${new TextEncoder().encode(text).toBase64()}`;
}

const STORED = await hashPassword("hopper", { iterations: 1000 });
const AUTH = new BasicAuth([
  "ada:lovelace",
  "colon:a:b:c",
  "empty:",
  "j\u00f6rg:stra\u00dfe",
  `grace:${STORED}`,
]);

Deno.test("BasicAuth.check() lets known credentials in, and no others", async () => {
  const right = [
    "ada:lovelace",
    "colon:a:b:c",
    "empty:",
    "j\u00f6rg:stra\u00dfe",
    "jo\u0308rg:stra\u00dfe",
    "grace:hopper",
  ];
  for (const credentials of right) {
    assertEquals(await AUTH.check(basic(credentials)), true, credentials);
  }
  const wrong = [
    "ada:",
    "ada:lovelac",
    "ada:lovelace ",
    "ada:lovelacex",
    "Ada:lovelace",
    "ada",
    ":lovelace",
    "",
    "colon:a",
    "colon:a:b",
    "x:lovelace",
    "grace:hoppe",
    `grace:${STORED}`,
    "eve:hopper",
    "ada:hopper",
    "grace:lovelace",
  ];
  for (const credentials of wrong) {
    assertEquals(await AUTH.check(basic(credentials)), false, credentials);
  }
});

Deno.test("BasicAuth.check() reads the field as RFC 7617 and RFC 9110 have it", async () => {
  const token = btoa("ada:lovelace");
  for (
    const field of [`Basic ${token}`, `basic ${token}`, `BASIC   ${token}`]
  ) {
    assertEquals(await AUTH.check(field), true, field);
  }
  const wrong = [
    null,
    "",
    "Basic",
    "Basic ",
    `Bearer ${token}`,
    token,
    `Basic ${token} x`,
    `Basic ${token}, Basic ${token}`,
    "Basic !!!!",
    `Basic\t${token}`,
    "Basic YWRh",
    `Basic ${btoa("ada:\xff")}`,
    `Basic ${"A".repeat(100_000)}`,
  ];
  for (const field of wrong) {
    assertEquals(await AUTH.check(field), false, String(field).slice(0, 50));
  }
});

Deno.test("BasicAuth.check() answers at once for credentials that it has seen to be right", async () => {
  const auth = new BasicAuth([`grace:${STORED}`]);
  const first = auth.check(basic("grace:hopper"));
  assert(first instanceof Promise);
  assertEquals(await first, true);
  assertEquals(auth.check(basic("grace:hopper")), true);
  const wrong = auth.check(basic("grace:other"));
  assert(wrong instanceof Promise);
  assertEquals(await wrong, false);
});

Deno.test("BasicAuth.check() works through many logins at a time", async () => {
  const auth = new BasicAuth([`grace:${STORED}`]);
  const results = await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => auth.check(basic(i % 2 ? "grace:hopper" : `eve:${i}`)),
    ),
  );
  assertEquals(results, Array.from({ length: 20 }, (_, i) => i % 2 === 1));
});

Deno.test("BasicAuth has a challenge with its realm", () => {
  assertEquals(
    new BasicAuth([]).challenge,
    'Basic realm="files", charset="UTF-8"',
  );
  assertEquals(
    new BasicAuth([], { realm: "my files" }).challenge,
    'Basic realm="my files", charset="UTF-8"',
  );
  for (const realm of ['a"b', "a\\b", "a\r\nb", "\u00e4"]) {
    assertThrows(
      () => new BasicAuth([], { realm }),
      TypeError,
      "Cannot use realm",
    );
  }
});

Deno.test("BasicAuth refuses credentials of another form", () => {
  for (
    const line of [
      "",
      "ada",
      ":x",
      "g:$pbkdf2-sha256$",
      "g:$pbkdf2-sha256$0$YQ$YQ",
      `g:${STORED.slice(0, -1)}`,
      "g:$pbkdf2-sha256$999999999$AAAA$AAAA",
      `g:${STORED}x`,
    ]
  ) {
    assertThrows(
      () => new BasicAuth([line]),
      TypeError,
      "Cannot read credentials",
      line,
    );
  }
});

Deno.test("hashPassword() makes another salt each time, and what others can check", async () => {
  const one = await hashPassword("secret", { iterations: 1000 });
  const two = await hashPassword("secret", { iterations: 1000 });
  assert(one !== two);
  assertMatch(
    one,
    /^\$pbkdf2-sha256\$1000\$[A-Za-z0-9./]{22}\$[A-Za-z0-9./]{43}$/,
  );
  const [, , , salt, hash] = one.split("$").map((part) =>
    part.replaceAll(".", "+")
  );
  const expected = pbkdf2Sync(
    "secret",
    Uint8Array.fromBase64(salt!),
    1000,
    32,
    "sha256",
  );
  assertEquals(Uint8Array.fromBase64(hash!), new Uint8Array(expected));
});

Deno.test("hashPassword() refuses numbers of iterations that are none", async () => {
  for (const iterations of [0, -1, 1.5, NaN, 1e9]) {
    await assertRejects(
      () => hashPassword("x", { iterations }),
      RangeError,
      "Cannot hash",
    );
  }
});
