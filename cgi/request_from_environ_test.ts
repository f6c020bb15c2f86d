import { assertEquals, assertThrows } from "@std/assert";
import { Fields } from "../http_server/protocol/mod.ts";
import { buildCgiEnviron } from "./environ.ts";
import {
  type CgiVariables,
  requestFromEnviron,
} from "./request_from_environ.ts";

const GET: CgiVariables = {
  GATEWAY_INTERFACE: "CGI/1.1",
  REQUEST_METHOD: "GET",
  SERVER_NAME: "own.example",
  SERVER_PORT: "80",
  SCRIPT_NAME: "/cgi-bin/a",
  PATH_INFO: "",
  QUERY_STRING: "",
};

const URLS: readonly [
  title: string,
  variables: CgiVariables,
  url: string,
][] = [
  ["the server's name", {}, "http://own.example/cgi-bin/a"],
  ["another port", { SERVER_PORT: "81" }, "http://own.example:81/cgi-bin/a"],
  ["no port", { SERVER_PORT: undefined }, "http://own.example/cgi-bin/a"],
  ["no name", { SERVER_NAME: "" }, "http://localhost/cgi-bin/a"],
  ["an IPv6 address", { SERVER_NAME: "[::1]" }, "http://[::1]/cgi-bin/a"],
  [
    "an IPv6 address without brackets",
    { SERVER_NAME: "fe80::1", SERVER_PORT: "81" },
    "http://[fe80::1]:81/cgi-bin/a",
  ],
  [
    "the host that was asked for",
    { HTTP_HOST: "b.example:82", SERVER_PORT: "81" },
    "http://b.example:82/cgi-bin/a",
  ],
  ["a host that is none", { HTTP_HOST: "b/c" }, "http://own.example/cgi-bin/a"],
  [
    "user and password in the host",
    { HTTP_HOST: "me:secret@b" },
    "http://own.example/cgi-bin/a",
  ],
  ["an empty host", { HTTP_HOST: "" }, "http://own.example/cgi-bin/a"],
  [
    "TLS as Apache says it",
    { HTTPS: "on", SERVER_PORT: "443" },
    "https://own.example/cgi-bin/a",
  ],
  [
    "TLS on another port",
    { HTTPS: "ON", SERVER_PORT: "8443" },
    "https://own.example:8443/cgi-bin/a",
  ],
  [
    "TLS as nginx says it",
    { HTTPS: "", REQUEST_SCHEME: "https", HTTP_HOST: "b" },
    "https://b/cgi-bin/a",
  ],
  ["no TLS as IIS says it", { HTTPS: "off" }, "http://own.example/cgi-bin/a"],
  [
    "a target that was not decoded",
    { REQUEST_URI: "/cgi-bin/a/b%2Fc?d=%20&e", PATH_INFO: "/b/c" },
    "http://own.example/cgi-bin/a/b%2Fc?d=%20&e",
  ],
  [
    "a target that looks like a host",
    { REQUEST_URI: "//evil.example/" },
    "http://own.example//evil.example/",
  ],
  [
    "a target with #",
    { REQUEST_URI: "/a#b?c#d" },
    "http://own.example/a%23b?c%23d",
  ],
  [
    "a target that is a URL",
    { REQUEST_URI: "http://own.example/other" },
    "http://own.example/cgi-bin/a",
  ],
  [
    "a decoded path and a raw query",
    { PATH_INFO: "/café?#% /x", QUERY_STRING: "a=%2F?b#c" },
    "http://own.example/cgi-bin/a/caf%C3%A9%3F%23%25%20/x?a=%2F?b%23c",
  ],
  [
    "a script at the root",
    { SCRIPT_NAME: "", PATH_INFO: "/x" },
    "http://own.example/x",
  ],
  ["no path", { SCRIPT_NAME: undefined }, "http://own.example/"],
  [
    "a path without a slash",
    { SCRIPT_NAME: "", PATH_INFO: "x" },
    "http://own.example/x",
  ],
];

for (const [title, variables, url] of URLS) {
  Deno.test(`requestFromEnviron() makes a URL of ${title}`, () => {
    assertEquals(requestFromEnviron({ ...GET, ...variables }).url, url);
  });
}

const FIELDS: readonly [
  title: string,
  variables: CgiVariables,
  fields: Record<string, string>,
][] = [
  ["fields", { HTTP_X_COLOR: "red", HTTP_COOKIE: "a=1; b=2" }, {
    cookie: "a=1; b=2",
    "x-color": "red",
  }],
  ["the body's own fields", {
    CONTENT_TYPE: "a/b",
    CONTENT_LENGTH: "5",
    REQUEST_METHOD: "POST",
  }, { "content-length": "5", "content-type": "a/b" }],
  ["what are the body's own fields under another name", {
    CONTENT_TYPE: "a/b",
    CONTENT_LENGTH: "5",
    HTTP_CONTENT_TYPE: "c/d",
    HTTP_CONTENT_LENGTH: "6",
  }, { "content-length": "5", "content-type": "a/b" }],
  ["empty ones", { CONTENT_TYPE: "", CONTENT_LENGTH: "", HTTP_ACCEPT: "" }, {
    accept: "",
  }],
  ["a length of nothing", { CONTENT_LENGTH: "0" }, {}],
  ["a length of nothing with POST", {
    CONTENT_LENGTH: "0",
    REQUEST_METHOD: "POST",
  }, { "content-length": "0" }],
  ["UTF-8 as bytes", { HTTP_X: "é" }, { x: "\xc3\xa9" }],
  ["what is no field", {
    HTTP_: "a",
    "HTTP_A B": "c",
    HTTP_D: "e\nf: g",
    HTTP_H: "\0",
    HTTP_I: undefined,
    HTTPS: "on",
    PATH: "/bin",
  }, {}],
];

for (const [title, variables, fields] of FIELDS) {
  Deno.test(`requestFromEnviron() makes fields of ${title}`, () => {
    const { headers } = requestFromEnviron({ ...GET, ...variables });
    assertEquals(Object.fromEntries(headers), fields);
  });
}

Deno.test("requestFromEnviron() gives the body to methods that have one", async () => {
  for (
    const [method, expected] of [["POST", "b"], ["DELETE", "b"], ["GET", ""], [
      "HEAD",
      "",
    ]]
  ) {
    const request = requestFromEnviron({ ...GET, REQUEST_METHOD: method }, "b");
    assertEquals([request.method, await request.text()], [method, expected]);
  }
});

Deno.test("requestFromEnviron() lets the signal abort the request", () => {
  const leaving = new AbortController();
  const { signal } = requestFromEnviron(GET, null, leaving.signal);
  leaving.abort();
  assertEquals(signal.aborted, true);
});

Deno.test("requestFromEnviron() refuses what is no request", () => {
  for (const REQUEST_METHOD of [undefined, "", "A B", "CONNECT"]) {
    assertThrows(
      () => requestFromEnviron({ ...GET, REQUEST_METHOD }),
      TypeError,
    );
  }
});

Deno.test("requestFromEnviron() undoes buildCgiEnviron()", () => {
  const target = "/cgi-bin/a/b%2Fc%20d?e=%66";
  const fields = {
    "accept": "text/html",
    "content-type": "text/plain",
    "cookie": "a=1",
    "host": "site.example:8000",
    "x-color": "red",
  };
  const environ = buildCgiEnviron({
    method: "GET",
    target,
    version: "HTTP/1.1",
    fields: new Fields(Object.entries(fields)),
  }, {
    scriptName: "/cgi-bin/a",
    pathInfo: "/b/c d",
    query: "e=%66",
    serverSoftware: "Test/1",
    serverName: "localhost",
    serverPort: 8000,
    remoteAddress: "192.0.2.1",
  });
  const { url, headers } = requestFromEnviron(environ);
  assertEquals(url, `http://site.example:8000${target}`);
  assertEquals(Object.fromEntries(headers), fields);
});
