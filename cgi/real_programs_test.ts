/** Programs that nobody here wrote, as scripts, as clients and as servers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CgiSite, writeScript } from "../_tools/testing/cgi_site.ts";
import { testWithPage } from "../_tools/testing/chromium.ts";
import { Folder } from "../_tools/testing/folder.ts";
import { Lighttpd } from "../_tools/testing/lighttpd.ts";
import { testWithPrograms } from "../_tools/testing/real_program.ts";
import { until } from "../_tools/testing/waiting.ts";
import { cgiHandler } from "./cgi_handler.ts";

const GIT_BACKEND = "/usr/lib/git-core/git-http-backend";
const GITWEB = "/usr/share/gitweb/gitweb.cgi";

const decoder = new TextDecoder();

/** Runs a program to its end; one that fails is an error with what it said. */
async function run(
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...cwd === undefined ? {} : { cwd },
    env: {
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.org",
    },
  }).output();
  const said = decoder.decode(stdout) + decoder.decode(stderr);
  assert(success, `${command} ${args.join(" ")}: ${said}`);
  return said;
}

/** Bytes that no compression makes smaller. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 65536) {
    crypto.getRandomValues(bytes.subarray(i, Math.min(i + 65536, size)));
  }
  return bytes;
}

/** Makes a repository of some megabytes, and an empty one to push it to. */
async function makeRepositories(folder: Folder, git: string): Promise<void> {
  const work = folder.at("work");
  await run(git, ["init", "-q", "-b", "main", work]);
  for (let commit = 0; commit < 4; commit++) {
    await Deno.writeFile(`${work}/blob${commit}`, noise(700_000));
    await Deno.writeTextFile(`${work}/text`, `${commit}\n`.repeat(20_000));
    await run(git, ["add", "."], work);
    await run(git, ["commit", "-qm", `commit ${commit}`], work);
  }
  const bare = folder.at("srv/repo.git");
  await run(git, ["init", "-q", "--bare", "-b", "main", bare]);
  await run(git, ["config", "http.receivepack", "true"], bare);
}

/** Pushes, clones, fetches, and compares all objects. */
async function exerciseGit(
  folder: Folder,
  git: string,
  url: string,
): Promise<void> {
  const work = folder.at("work");
  // So small a buffer makes git send chunked bodies, which it also compresses.
  const small = ["-c", "http.postBuffer=65536"];
  await run(git, [...small, "push", "-q", url, "main"], work);
  const clone = folder.at("clone");
  await run(git, [...small, "clone", "-q", url, clone]);
  for (const branch of ["one", "two", "three"]) {
    await run(git, ["checkout", "-q", "-b", branch], work);
    await Deno.writeFile(`${work}/${branch}`, noise(300_000));
    await run(git, ["add", "."], work);
    await run(git, ["commit", "-qm", branch], work);
    await run(git, [...small, "push", "-q", url, branch], work);
  }
  await run(git, [...small, "fetch", "-q"], clone);
  for (const at of [clone, folder.at("srv/repo.git")]) {
    await run(git, ["fsck", "--full", "--strict"], at);
  }
  const objects = (at: string) =>
    run(git, ["cat-file", "--batch-check", "--batch-all-objects"], at);
  assertEquals(await objects(clone), await objects(work));
  await run(git, ["checkout", "-q", "three"], clone);
  assertEquals(
    await Deno.readFile(`${clone}/three`),
    await Deno.readFile(`${work}/three`),
  );
}

testWithPrograms(
  ["git"],
  "git pushes, clones and fetches megabytes through its backend under CGIHTTPRequestHandler",
  async ({ git }) => {
    await using folder = await Folder.make({ srv: {} });
    await makeRepositories(folder, git);
    await using site = await CgiSite.make({}, {
      followSymlinks: true,
      scripts: {
        env: { GIT_PROJECT_ROOT: folder.at("srv"), GIT_HTTP_EXPORT_ALL: "1" },
      },
    });
    await Deno.symlink(GIT_BACKEND, site.folder.at("cgi-bin/git"));
    await exerciseGit(folder, git, site.url("/cgi-bin/git/repo.git"));
    assert(!site.hasLogged("exit code"), site.log.join("\n"));
  },
);

testWithPrograms(
  ["git"],
  "git pushes, clones and fetches megabytes through its backend under Deno.serve",
  async ({ git }) => {
    await using folder = await Folder.make({ srv: {} });
    await makeRepositories(folder, git);
    const log: string[] = [];
    const handler = cgiHandler({
      script: GIT_BACKEND,
      mount: "/git",
      env: { GIT_PROJECT_ROOT: folder.at("srv"), GIT_HTTP_EXPORT_ALL: "1" },
      log: (line) => log.push(line),
    });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      handler,
    );
    await exerciseGit(
      folder,
      git,
      `http://127.0.0.1:${server.addr.port}/git/repo.git`,
    );
    assertEquals(log, []);
  },
);

testWithPrograms(
  ["perl"],
  "Perl's CGI.pm reads a form with a file",
  async () => {
    await using site = await CgiSite.make({
      "upload.pl": await Deno.readTextFile(
        new URL("testdata/upload.pl", import.meta.url),
      ),
    });
    const content = noise(3_000_000);
    const form = new FormData();
    form.set("name", "Zoë");
    form.set("file", new File([content as Uint8Array<ArrayBuffer>], "a b.bin"));
    const response = await fetch(site.url("/cgi-bin/upload.pl"), {
      method: "POST",
      body: form,
    });
    const digest = new Uint8Array(
      await crypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>),
    );
    assertEquals(
      await response.text(),
      `Zoë\na b.bin\n3000000\n${digest.toHex()}\n`,
    );
    assertMatch(response.headers.get("set-cookie") ?? "", /^seen=yes/);
  },
);

testWithPrograms(
  ["php-cgi"],
  "php-cgi runs a page with a form and a session",
  async () => {
    await using site = await CgiSite.make({}, {
      scripts: { interpreters: { ".php": ["php-cgi"] } },
    });
    await Deno.copyFile(
      new URL("testdata/counter.php", import.meta.url),
      site.folder.at("cgi-bin/counter.php"),
    );
    const post = async (add: number, cookie: string) => {
      const response = await fetch(site.url("/cgi-bin/counter.php?q=-s"), {
        method: "POST",
        body: new URLSearchParams({ add: String(add) }),
        headers: { Cookie: cookie },
      });
      assertEquals(response.headers.get("x-method"), "POST");
      return { response, text: await response.text() };
    };
    const first = await post(2, "");
    assertEquals(first.text, "2 -s counter.php\n");
    const cookie = first.response.headers.get("set-cookie")!.split(";")[0]!;
    assertEquals((await post(5, cookie)).text, "7 -s counter.php\n");
    // The query is no option of PHP: "-s" would show the source.
    const source = await fetch(site.url("/cgi-bin/counter.php?-s"));
    assertEquals(await source.text(), "0  counter.php\n");
  },
);

testWithPage(
  "gitweb shows a repository in a browser",
  async (page) => {
    const git = "git";
    await using folder = await Folder.make({ srv: {} });
    await makeRepositories(folder, git);
    await run(git, [
      "push",
      "-q",
      folder.at("srv/repo.git"),
      "main",
    ], folder.at("work"));
    await Deno.writeTextFile(
      folder.at("gitweb.conf"),
      `$projectroot = "${folder.at("srv")}";\n`,
    );
    await using site = await CgiSite.make({}, {
      followSymlinks: true,
      scripts: { env: { GITWEB_CONFIG: folder.at("gitweb.conf") } },
    });
    await Deno.symlink(GITWEB, site.folder.at("cgi-bin/gitweb"));
    await page.goto(site.url("/cgi-bin/gitweb?p=repo.git;a=summary"));
    const text = await page.evaluate<string>("document.body.innerText");
    for (const word of ["commit 3", "commit 0", "shortlog", "main"]) {
      assert(text.includes(word), text);
    }
  },
);

const CONFIG = new URL("../deno.json", import.meta.url).pathname;

/** A script that runs a TypeScript program, with the cache of this process. */
function launcher(program: URL): string {
  const cache = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("HOME")}/.cache/deno`;
  return `#!/bin/sh
export DENO_DIR="${cache}"
exec "${Deno.execPath()}" run --config "${CONFIG}" --allow-env --no-check "${program.pathname}"
`;
}

testWithPrograms(
  ["lighttpd"],
  "a Deno script answers the same under this package and under lighttpd",
  async ({ lighttpd }) => {
    const script = launcher(new URL("testdata/echo.ts", import.meta.url));
    await using site = await CgiSite.make({ "echo": script });
    await using folder = await Folder.make({ "cgi-bin": {} });
    await writeScript(folder.at("cgi-bin/echo"), script);
    await using other = await Lighttpd.start(lighttpd, folder.path);
    const body = noise(300_000) as Uint8Array<ArrayBuffer>;
    const requests: [path: string, init: RequestInit][] = [
      ["/cgi-bin/echo", { headers: { "X-Color": "red" } }],
      ["/cgi-bin/echo/caf%C3%A9/a%20b?x=%2F&y", { method: "POST", body }],
      ["/cgi-bin/echo/x", { method: "POST", body: "" }],
      ["/cgi-bin/echo", { method: "HEAD" }],
    ];
    for (const [path, init] of requests) {
      const [ours, theirs] = await Promise.all(
        [site.url(path), other.url + path].map(async (url) => {
          const response = await fetch(url, init);
          return {
            status: response.status,
            type: response.headers.get("content-type"),
            cookies: response.headers.getSetCookie(),
            body: await response.bytes(),
          };
        }),
      );
      assertEquals(ours!.status, 201);
      assertEquals(ours, theirs);
      if (init.method !== "HEAD") assert(ours!.body.length > 0);
    }
  },
);

testWithPrograms(
  ["curl"],
  "curl that is stopped in the middle ends its script",
  async ({ curl }) => {
    await using site = await CgiSite.make({
      "endless":
        "printf 'Content-Type: a/b\\n\\n'; trap 'echo ended >&2; exit' TERM; while echo more; do :; done",
    });
    const client = new Deno.Command(curl, {
      args: ["-sN", site.url("/cgi-bin/endless")],
      stdout: "piped",
    }).spawn();
    const reader = client.stdout.getReader();
    await reader.read();
    client.kill("SIGKILL");
    await reader.cancel();
    await client.status;
    await until(() => site.hasLogged("ended"));
  },
);
