/** The package as somebody's program imports it, from a folder of its own. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Folder } from "./testing/folder.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");

interface PackageFile {
  readonly exports: Readonly<Record<string, string>>;
  readonly links: readonly string[];
  readonly version: string;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const own = JSON.parse(
  Deno.readTextFileSync(`${ROOT}/deno.json`),
) as PackageFile;

/**
 * A project that uses the package. It finds this checkout, and the standard
 * library as this checkout finds it; the rest is as it would be from a registry.
 */
function project(compilerOptions: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    imports: { "@pystd/server": `jsr:@pystd/server@^${own.version}` },
    links: [ROOT, ...own.links.map((link) => `${ROOT}/${link.slice(2)}`)],
    compilerOptions,
  });
}

const PROGRAM = `
import {
  BaseHTTPRequestHandler,
  fromFetchHandler,
  serveDirectory,
  SimpleHTTPRequestHandler,
  ThreadingHTTPServer,
} from "@pystd/server/http-server";
import { BufferedReader, type Bytes } from "@pystd/server/io";
import { StreamRequestHandler, TCPServer, ThreadingMixIn } from "@pystd/server/socketserver";
import { type HTTPMessage, parseRange } from "@pystd/server/http-protocol";
import { cgiHandler } from "@pystd/server/cgi";
import { makeServer, type WSGIApplication, type WSGIServer } from "@pystd/server/wsgi";

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function same<A, B>(_: Same<A, B>): void {}

class Hello extends BaseHTTPRequestHandler {
  async doGET(): Promise<void> {
    const { command, path, headers, rfile, clientAddress } = this;
    same<typeof command, string | null>(true);
    same<typeof path, string>(true);
    same<typeof rfile, BufferedReader>(true);
    same<typeof clientAddress, Deno.NetAddr>(true);
    const accept = headers.get("accept");
    same<typeof accept, string | null>(true);
    const body = await rfile.read();
    same<typeof body, Bytes>(true);
    this.sendResponse(200);
    await this.endHeaders();
    await this.wfile.write(new TextEncoder().encode("hello"));
  }
  override logMessage(): void {}
}

class Server extends ThreadingMixIn(TCPServer) {
  override daemonThreads = true;
}
class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}
await using echo = new Server({ hostname: "127.0.0.1", port: 0 }, Echo);
same<typeof echo.serverAddress.port, number>(true);

const files = serveDirectory(".");
same<ReturnType<typeof files>, Promise<Response>>(true);
const Configured = SimpleHTTPRequestHandler.configure({ directory: "." });
same<typeof Configured, typeof SimpleHTTPRequestHandler>(true);
fromFetchHandler((request) => new Response(request.url));
const git = cgiHandler({ script: "/bin/true" });
same<Parameters<typeof git>[0], Request>(true);
const app: WSGIApplication = (environ, startResponse) => {
  same<typeof environ.PATH_INFO, string>(true);
  startResponse("200 OK", [["Content-Type", "text/plain"]]);
  return [new TextEncoder().encode(environ.PATH_INFO)];
};
await using wsgi = makeServer("127.0.0.1", 0, app);
same<typeof wsgi, WSGIServer>(true);
const message: HTTPMessage | null = null;
void message;
void parseRange;

await using server = new ThreadingHTTPServer({ hostname: "127.0.0.1", port: 0 }, Hello);
const serving = server.serveForever();
const response = await fetch(\`http://127.0.0.1:\${server.serverPort}/\`);
console.log(await response.text());
await server.shutdown();
await serving;
`;

async function deno(folder: Folder, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder();
  assert(success, said.decode(stderr));
  return said.decode(stdout);
}

for (
  const [title, options] of [
    ["its own strict options", own.compilerOptions],
    ["Deno's options", {}],
  ] as const
) {
  Deno.test(`a program elsewhere checks with ${title}, and runs with -N -R alone`, async () => {
    await using folder = await Folder.make({
      "deno.json": project(options),
      "main.ts": PROGRAM,
    });
    await deno(folder, "check", "main.ts");
    assertEquals(
      await deno(folder, "run", "--no-prompt", "-N", "-R", "main.ts"),
      "hello\n",
    );
  });
}

Deno.test("each entry point can be imported without a permission", async () => {
  const imports = Object.keys(own.exports).map((entry) =>
    `import ${JSON.stringify(`@pystd/server${entry.slice(1)}`)};\n`
  );
  await using folder = await Folder.make({
    "deno.json": project({}),
    "main.ts": `${imports.join("")}console.log("imported");`,
  });
  assertEquals(
    await deno(folder, "run", "--no-prompt", "--no-check", "main.ts"),
    "imported\n",
  );
});
