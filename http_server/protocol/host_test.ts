import { assert, assertEquals, assertThrows } from "@std/assert";
import { Fields } from "./fields.ts";
import { checkHost, isHost } from "./host.ts";
import { ProtocolError } from "./protocol_error.ts";

Deno.test("isHost() takes names, addresses and ports", () => {
  for (
    const text of [
      "",
      "a",
      "example.org",
      "EXAMPLE.org.",
      "a_b-c~d",
      "a:80",
      "a:",
      ":80",
      "a:0",
      "a:65535",
      "127.0.0.1:8000",
      "xn--bcher-kva.example",
      "b%C3%BCcher.example",
      "!$&'()*+;=",
      "[::]",
      "[::1]",
      "[::1]:8000",
      "[1:2:3:4:5:6:7:8]",
      "[1:2:3:4:5:6:7::]",
      "[::2:3:4:5:6:7:8]",
      "[2001:DB8::1]",
      "[::ffff:192.0.2.1]",
      "[1:2:3:4:5:6:192.0.2.1]",
    ]
  ) assert(isHost(text), text);
});

Deno.test("isHost() refuses everything else", () => {
  for (
    const text of [
      " ",
      "a b",
      "a ",
      "\ta",
      "u@a",
      "u:p@a",
      "a/",
      "a/b",
      "http://a",
      "a?b",
      "a#b",
      "a\\b",
      "a,b",
      "a, b",
      "<a>",
      '"a"',
      "a|b",
      "a^b",
      "{a}",
      "\xe9",
      "\u212a",
      "a\0",
      "a%",
      "a%2",
      "a%2g",
      "a%%20",
      "a:b",
      "a:80:80",
      "a:+80",
      "a:-80",
      "a: 80",
      "a:65536",
      "a:000080",
      "a:8\xb2",
      "::1",
      "[",
      "]",
      "[]",
      "[:]",
      "[::1",
      "::1]",
      "[::1]a",
      "[::1]8000",
      "[::1]:x",
      "a[::1]",
      "[[::1]]",
      "[a]",
      "[1]",
      "[1:2:3:4:5:6:7]",
      "[1:2:3:4:5:6:7:8:9]",
      "[1:2:3:4:5:6:7:8::]",
      "[::1::]",
      "[:::]",
      "[1::2::3]",
      "[:1]",
      "[1:]",
      "[::12345]",
      "[::g]",
      "[::1%25eth0]",
      "[::1.2.3]",
      "[::1.2.3.256]",
      "[::01.2.3.4]",
      "[1.2.3.4::]",
      "[1.2.3.4:1.2.3.4]",
      "[1:2:3:4:5:6:7:1.2.3.4]",
      "[127.0.0.1]",
      "[v1.a]",
    ]
  ) assert(!isHost(text), text);
});

function check(version: string, hosts: string[]): void {
  const fields = new Fields([
    ["A", "b"],
    ...hosts.map((host) => ["hoST", host] as const),
  ]);
  checkHost({ version, fields });
}

Deno.test("checkHost() wants exactly one Host in HTTP/1.1", () => {
  check("HTTP/1.1", ["a"]);
  check("HTTP/1.1", [""]);
  check("HTTP/1.12", ["a:80"]);
  for (const version of ["HTTP/1.1", "HTTP/1.2", "HTTP/01.01"]) {
    for (
      const hosts of [[], ["a", "a"], ["a", "b"], ["", ""], ["a b"], ["u@a"]]
    ) {
      const error = assertThrows(() => check(version, hosts), ProtocolError);
      assertEquals(error.status, 400);
    }
  }
});

Deno.test("checkHost() lets HTTP/1.0 go without, but not with two or a wrong one", () => {
  for (const version of ["HTTP/1.0", "HTTP/0.9", "HTTP/1.00"]) {
    check(version, []);
    check(version, ["a"]);
    for (const hosts of [["a", "a"], ["a b"]]) {
      assertThrows(() => check(version, hosts), ProtocolError);
    }
  }
});
