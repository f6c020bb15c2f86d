import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "./protocol_error.ts";
import {
  collapseLeadingSlashes,
  parseRequestTarget,
  type RequestTarget,
} from "./target.ts";

type Parts = [
  form: RequestTarget["form"],
  path: string,
  query: string | null,
  authority: string | null,
  scheme: string | null,
];

const VALID: [method: string, target: string, Parts][] = [
  ["GET", "/", ["origin", "/", null, null, null]],
  ["GET", "/a/b", ["origin", "/a/b", null, null, null]],
  ["GET", "/a?x=1", ["origin", "/a", "x=1", null, null]],
  ["GET", "/a?", ["origin", "/a", "", null, null]],
  ["GET", "/?a?b", ["origin", "/", "a?b", null, null]],
  ["GET", "/a?u=http://x/y", ["origin", "/a", "u=http://x/y", null, null]],
  ["OPTIONS", "/a", ["origin", "/a", null, null, null]],
  // raw: nothing is decoded, resolved or turned around
  ["GET", "/%2e%2e/%00", ["origin", "/%2e%2e/%00", null, null, null]],
  ["GET", "/../..", ["origin", "/../..", null, null, null]],
  ["GET", "/%zz%", ["origin", "/%zz%", null, null, null]],
  ["GET", "/\\evil.example", ["origin", "/\\evil.example", null, null, null]],
  ["GET", '/a|b{c}"<>^`', ["origin", '/a|b{c}"<>^`', null, null, null]],
  ["GET", "/caf\xc3\xa9", ["origin", "/caf\xc3\xa9", null, null, null]],
  ["GET", "/*", ["origin", "/*", null, null, null]],
  ["GET", "/http://a/", ["origin", "/http://a/", null, null, null]],
  // two slashes are a path, not an authority
  ["GET", "//evil.example/..", [
    "origin",
    "//evil.example/..",
    null,
    null,
    null,
  ]],
  ["GET", "///", ["origin", "///", null, null, null]],
  // a fragment is cut
  ["GET", "/#123", ["origin", "/", null, null, null]],
  ["GET", "/a?x#y?z", ["origin", "/a", "x", null, null]],
  ["GET", "/a#y?x", ["origin", "/a", null, null, null]],
  ["GET", "http://h#x", ["absolute", "/", null, "h", "http"]],

  ["OPTIONS", "*", ["asterisk", "*", null, null, null]],

  ["CONNECT", "example.org:443", [
    "authority",
    "",
    null,
    "example.org:443",
    null,
  ]],
  ["CONNECT", "[::1]:65535", ["authority", "", null, "[::1]:65535", null]],

  ["GET", "http://example.org/a?b", [
    "absolute",
    "/a",
    "b",
    "example.org",
    "http",
  ]],
  ["GET", "http://example.org", ["absolute", "/", null, "example.org", "http"]],
  ["GET", "http://example.org?b", [
    "absolute",
    "/",
    "b",
    "example.org",
    "http",
  ]],
  ["GET", "HTTPS://Example.ORG:8443/", [
    "absolute",
    "/",
    null,
    "Example.ORG:8443",
    "https",
  ]],
  ["GET", "http://[2001:db8::1]:80//a", [
    "absolute",
    "//a",
    null,
    "[2001:db8::1]:80",
    "http",
  ]],
  ["GET", "http://h:/", ["absolute", "/", null, "h:", "http"]],
  ["GET", "http://a%20b/", ["absolute", "/", null, "a%20b", "http"]],
  ["GET", "x+y-1.z://h/", ["absolute", "/", null, "h", "x+y-1.z"]],
  // RFC 9112 section 3.2.4
  ["OPTIONS", "http://www.example.org:8001", [
    "absolute",
    "*",
    null,
    "www.example.org:8001",
    "http",
  ]],
  ["OPTIONS", "http://www.example.org/", [
    "absolute",
    "/",
    null,
    "www.example.org",
    "http",
  ]],
  ["OPTIONS", "http://www.example.org?", [
    "absolute",
    "/",
    "",
    "www.example.org",
    "http",
  ]],
];

Deno.test("parseRequestTarget() reads the four forms of RFC 9112 section 3.2", () => {
  for (
    const [method, target, [form, path, query, authority, scheme]] of VALID
  ) {
    assertEquals(
      parseRequestTarget(method, target),
      { form, path, query, authority, scheme },
      `${method} ${target}`,
    );
  }
});

const INVALID: [method: string, target: string][] = [
  ["GET", ""],
  ["GET", "a"],
  ["GET", "a/b"],
  ["GET", "../a"],
  ["GET", "?x"],
  ["GET", "#x"],
  ["GET", "\\a"],
  ["GET", "*"],
  ["HEAD", "*"],
  ["options", "*"],
  ["OPTIONS", "*a"],
  ["OPTIONS", "**"],
  ["OPTIONS", "*?x"],
  ["OPTIONS", "*/"],
  ["GET", "example.org:80"],
  ["GET", "example.org"],
  ["GET", "http:/a"],
  ["GET", "http:a"],
  ["GET", "http://"],
  ["GET", "http:///a"],
  ["GET", "http://:80/"],
  ["GET", "http://h:65536/"],
  ["GET", "http://h:000000080/"],
  ["GET", "http://h:8o/"],
  ["GET", "http://h:-1/"],
  ["GET", "http://h:80:80/"],
  ["GET", "http://user@h/"],
  ["GET", "http://user:password@h/"],
  ["GET", "http://good.example\\@evil.example/"],
  ["GET", "http://[::1/"],
  ["GET", "http://::1/"],
  ["GET", "http://[::1]x/"],
  ["GET", "http://[]/"],
  ["GET", "http://a%2/"],
  ["GET", "http://a%zz/"],
  ["GET", "http://\xe9/"],
  ["GET", "1http://h/"],
  ["GET", "://h/"],
  ["GET", "mailto:a@b"],
  ["CONNECT", "/"],
  ["CONNECT", "*"],
  ["CONNECT", ""],
  ["CONNECT", "h"],
  ["CONNECT", "h:"],
  ["CONNECT", ":443"],
  ["CONNECT", "h:0x50"],
  ["CONNECT", "h:65536"],
  ["CONNECT", "h:443/"],
  ["CONNECT", "u@h:443"],
  ["CONNECT", "http://h:443"],
  ["GET", "/a b"],
  ["GET", "/a\tb"],
  ["GET", "/a\r\nX: y"],
  ["GET", "/a\0"],
  ["GET", "/a\x7f"],
  ["GET", " /"],
  ["GET", "/ "],
  ["GET", "/\u0100"],
  ["GET", "/\u20ac"],
];

Deno.test("parseRequestTarget() answers 400 to what has no form the method goes with", () => {
  for (const [method, target] of INVALID) {
    const error = assertThrows(
      () => parseRequestTarget(method, target),
      ProtocolError,
      "Cannot parse request target",
      JSON.stringify([method, target]),
    );
    assertEquals(error.status, 400);
    assert(/^[ -~]*$/.test(error.message), "fit for a log");
  }
});

Deno.test("parseRequestTarget() takes linear time on hostile targets", () => {
  const started = performance.now();
  for (
    const piece of [
      "/",
      "a",
      "%",
      "%2e",
      ":",
      "a:",
      "[",
      "http://",
      "?",
      "#",
      "1.",
    ]
  ) {
    for (const start of ["/", "http://", "a", ""]) {
      for (const method of ["GET", "CONNECT"]) {
        try {
          parseRequestTarget(method, start + piece.repeat(20_000));
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }
    }
  }
  assert(performance.now() - started < 2000);
});

Deno.test("collapseLeadingSlashes() leaves nothing that a browser takes for a host (test_get_dir_redirect_location_domain_injection_bug)", () => {
  const table: [string, string][] = [
    ["/", "/"],
    ["/a", "/a"],
    ["/a//b/", "/a//b/"],
    ["//evil.example", "/evil.example"],
    ["//evil.example/%2e%2e", "/evil.example/%2e%2e"],
    ["///evil.example//x", "/evil.example//x"],
    ["//", "/"],
    ["/\\evil.example", "/evil.example"],
    ["\\\\evil.example", "/evil.example"],
    ["/\\/\\evil.example", "/evil.example"],
    ["/\t/evil.example", "/evil.example"],
    ["/\n/evil.example", "/evil.example"],
    [" //evil.example", "/evil.example"],
    ["\0//evil.example", "/evil.example"],
    ["", "/"],
    ["a", "/a"],
    ["javascript:alert(1)", "/javascript:alert(1)"],
    ["/%2fevil.example", "/%2fevil.example"],
    ["/%5cevil.example", "/%5cevil.example"],
  ];
  for (const [path, expected] of table) {
    const safe = collapseLeadingSlashes(path);
    assertEquals(safe, expected, JSON.stringify(path));
    assertEquals(
      new URL(safe, "http://good.example/dir/").host,
      "good.example",
      path,
    );
  }
});
