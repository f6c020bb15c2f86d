import { assertEquals } from "@std/assert";
import { Fields } from "../http_server/protocol/mod.ts";
import { buildCgiEnviron, type CgiFacts } from "./environ.ts";

const FACTS: CgiFacts = {
  scriptName: "/cgi-bin/a",
  pathInfo: "",
  query: "",
  serverSoftware: "Test/1",
  serverName: "localhost",
  serverPort: 8000,
  remoteAddress: "192.0.2.1",
};

function environ(
  fields: readonly (readonly [string, string])[],
  facts: Partial<CgiFacts> = {},
  method = "GET",
): Record<string, string> {
  return buildCgiEnviron({
    method,
    target: "/cgi-bin/a?%41",
    version: "HTTP/1.0",
    fields: new Fields(fields),
  }, { ...FACTS, ...facts });
}

/** The variables beyond those that are always there. */
function beyond(
  fields: readonly (readonly [string, string])[],
  facts: Partial<CgiFacts> = {},
): Record<string, string> {
  const always = environ([]);
  return Object.fromEntries(
    Object.entries(environ(fields, facts)).filter(([name, value]) =>
      always[name] !== value
    ),
  );
}

Deno.test("buildCgiEnviron() tells of a request without fields", () => {
  assertEquals(environ([], { query: "a=%41&b" }, "POST"), {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: "Test/1",
    SERVER_NAME: "localhost",
    SERVER_PORT: "8000",
    SERVER_PROTOCOL: "HTTP/1.0",
    REQUEST_METHOD: "POST",
    REQUEST_URI: "/cgi-bin/a?%41",
    SCRIPT_NAME: "/cgi-bin/a",
    PATH_INFO: "",
    QUERY_STRING: "a=%41&b",
    REMOTE_ADDR: "192.0.2.1",
    REMOTE_HOST: "192.0.2.1",
  });
});

const FIELDS: readonly [
  title: string,
  fields: [string, string][],
  variables: Record<string, string>,
][] = [
  ["passes on what it does not know", [["X-Color", "red"]], {
    HTTP_X_COLOR: "red",
  }],
  ["passes on what git asks for", [["Git-Protocol", "version=2"]], {
    HTTP_GIT_PROTOCOL: "version=2",
  }],
  ["leaves a content coding to the script", [["Content-Encoding", "gzip"]], {
    HTTP_CONTENT_ENCODING: "gzip",
  }],
  ["joins what is repeated", [["Accept", "a"], ["accept", "b"]], {
    HTTP_ACCEPT: "a, b",
  }],
  ["joins cookies as cookies are", [["Cookie", "a=1"], ["Cookie", "b=2"]], {
    HTTP_COOKIE: "a=1; b=2",
  }],
  ["never doubles what has a name of its own", [
    ["Content-Type", "text/plain"],
    ["Content-Length", "7"],
  ], { CONTENT_TYPE: "text/plain" }],
  ["lets no client choose the proxy of scripts", [["Proxy", "evil:1"]], {}],
  ["lets no name pass for another", [
    ["X_Forwarded_For", "evil"],
    ["Content_Length", "3"],
    ["a.b", "c"],
    ["__proto__", "d"],
  ], {}],
  ["keeps passwords", [
    ["Authorization", "Basic YTpi"],
    ["Proxy-Authorization", "Basic YTpi"],
  ], {}],
  ["keeps what concerns the connection", [
    ["Connection", "close"],
    ["Keep-Alive", "5"],
    ["TE", "trailers"],
    ["Trailer", "A"],
    ["Transfer-Encoding", "chunked"],
    ["Upgrade", "h2c"],
    ["Proxy-Connection", "close"],
  ], {}],
  ["takes the server's name from Host", [["Host", "Example.org:81"]], {
    HTTP_HOST: "Example.org:81",
    SERVER_NAME: "Example.org",
  }],
  ["takes an IPv6 address from Host", [["Host", "[::1]:81"]], {
    HTTP_HOST: "[::1]:81",
    SERVER_NAME: "[::1]",
  }],
  ["takes no name from an empty Host", [["Host", ""]], { HTTP_HOST: "" }],
  ["takes no name from a strange Host", [["Host", "a/b"]], {
    HTTP_HOST: "a/b",
  }],
];

for (const [title, fields, variables] of FIELDS) {
  Deno.test(`buildCgiEnviron() ${title}`, () => {
    assertEquals(beyond(fields), variables);
  });
}

const KNOWN: readonly [
  title: string,
  facts: Partial<CgiFacts>,
  variables: Record<string, string>,
][] = [
  [
    "the path behind the script",
    { pathInfo: "/b c", pathTranslated: "/w/b c" },
    {
      PATH_INFO: "/b c",
      PATH_TRANSLATED: "/w/b c",
    },
  ],
  ["no translation of an empty path", { pathTranslated: "/w" }, {}],
  ["the script's file and the root", {
    scriptFilename: "/w/cgi-bin/a",
    documentRoot: "/w",
  }, { SCRIPT_FILENAME: "/w/cgi-bin/a", DOCUMENT_ROOT: "/w" }],
  ["an encrypted connection", { secure: true }, { HTTPS: "on" }],
  ["a plain connection", { secure: false }, {}],
  ["the length of the body", { contentLength: 0 }, { CONTENT_LENGTH: "0" }],
  ["an IPv4 client on an IPv6 socket", { remoteAddress: "::ffff:192.0.2.9" }, {
    REMOTE_ADDR: "192.0.2.9",
    REMOTE_HOST: "192.0.2.9",
  }],
  ["the client's port", { remotePort: 5 }, { REMOTE_PORT: "5" }],
  ["who was let in", { user: { type: "Basic", name: "ann" } }, {
    AUTH_TYPE: "Basic",
    REMOTE_USER: "ann",
  }],
];

for (const [title, facts, variables] of KNOWN) {
  Deno.test(`buildCgiEnviron() tells ${title}`, () => {
    assertEquals(beyond([], facts), variables);
  });
}

const CLAIMS: readonly [value: string, type?: string, user?: string][] = [
  [`Basic ${btoa("ann:secret")}`, "Basic", "ann"],
  [`basic ${btoa("ann:a:b")}`, "basic", "ann"],
  [`Basic ${btoa("nobody")}`, "Basic"],
  [`Basic ${btoa("a\nb:c")}`, "Basic"],
  ["Basic !", "Basic"],
  ["Bearer abc", "Bearer"],
  ["Digest a b"],
  ["odd"],
];

for (const [value, type, user] of CLAIMS) {
  Deno.test(`buildCgiEnviron() passes on "${value}" only when it is told to`, () => {
    const fields: [string, string][] = [["Authorization", value]];
    assertEquals(beyond(fields), {});
    const claims: Record<string, string> = { HTTP_AUTHORIZATION: value };
    if (type !== undefined) claims.AUTH_TYPE = type;
    if (user !== undefined) claims.REMOTE_USER = user;
    assertEquals(beyond(fields, { trustAuthorization: true }), claims);
  });
}

Deno.test("buildCgiEnviron() believes the server before the client", () => {
  const { AUTH_TYPE, REMOTE_USER } = environ(
    [["Authorization", `Basic ${btoa("eve:x")}`]],
    { user: { type: "Basic", name: "ann" }, trustAuthorization: true },
  );
  assertEquals([AUTH_TYPE, REMOTE_USER], ["Basic", "ann"]);
});
