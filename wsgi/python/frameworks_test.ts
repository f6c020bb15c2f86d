/** Applications of the frameworks that people use, served from Deno. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testWithPage } from "../../_tools/testing/chromium.ts";
import { Folder } from "../../_tools/testing/folder.ts";
import type { Page } from "../../_tools/testing/page.ts";
import { findPython, testWithPython } from "../../_tools/testing/python.ts";
import { makeServer } from "../make_server.ts";
import { WSGIRequestHandler } from "../wsgi_request_handler.ts";
import { pythonApp } from "./python_app.ts";
import type { PythonAppOptions } from "./python_options.ts";

const TESTDATA = new URL("testdata", import.meta.url).pathname;

class Quiet extends WSGIRequestHandler {
  override logMessage(): void {}
}

/** Serves an application while a test runs. */
async function whileServing(
  app: string,
  options: PythonAppOptions,
  test: (url: string, log: readonly string[]) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  await using application = pythonApp(app, {
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    log: (line) => log.push(line),
    ...options,
  });
  await using server = makeServer("127.0.0.1", 0, application, {
    HandlerClass: Quiet,
  });
  const serving = server.serveForever();
  try {
    await application.ready();
    await test(`http://127.0.0.1:${server.serverPort}`, log);
  } finally {
    await server.shutdown({ drain: 1 });
    await serving;
  }
}

for (const app of ["flask_app:app", "flask_app:validated"]) {
  testWithPython(
    "flask",
    `pythonApp() serves Flask's ${app}`,
    async (python) => {
      await whileServing(app, { python, chdir: TESTDATA }, async (url, log) => {
        const text = async (path: string, init?: RequestInit) =>
          await (await fetch(url + path, init)).text();
        assertEquals(await text("/hello/Zo%C3%AB"), "Hello Zoë");
        assertEquals(
          await text("/stream"),
          "line 0\nline 1\nline 2\nline 3\nline 4\n",
        );

        const first = await fetch(`${url}/cookies`);
        assertEquals(await first.text(), "new");
        assertEquals(
          first.headers.getSetCookie().map((cookie) => cookie.split(";")[0]),
          ["seen=before", "other=one"],
        );
        assertEquals(
          await text("/cookies", { headers: { Cookie: "seen=before" } }),
          "before",
        );

        const form = new FormData();
        form.set("note", "a note");
        form.set("file", new File([new Uint8Array(300_000)], "ä.bin"));
        assertEquals(
          JSON.parse(await text("/upload", { method: "POST", body: form })),
          { name: "ä.bin", size: 300_000, note: "a note" },
        );

        const json = await fetch(`${url}/json`, {
          method: "PUT",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ a: [1, "b"] }),
        });
        assertEquals(json.status, 201);
        assertEquals(await json.json(), {
          got: { a: [1, "b"] },
          method: "PUT",
        });
        const missing = await fetch(`${url}/nothing`, { method: "HEAD" });
        assertEquals([missing.status, await missing.text()], [404, ""]);
        assert(
          !log.some((line) => line.includes("AssertionError")),
          log.join("\n"),
        );
      });
    },
  );
}

const VIEWS = `
import hashlib
from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def upload(request):
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return HttpResponse("%d %s" % (file.size, digest.hexdigest()))

def stream(request):
    return StreamingHttpResponse(("%d\\n" % i for i in range(3)), content_type="text/plain")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("upload/", upload),
    path("stream/", stream),
] + staticfiles_urlpatterns()
`;

/** Makes a project with a user, as the tutorial does. */
async function makeProject(python: string, folder: Folder): Promise<void> {
  const run = async (args: string[], cwd: string) => {
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args,
      cwd,
      env: {
        DJANGO_SUPERUSER_PASSWORD: "a long password",
        PYTHONDONTWRITEBYTECODE: "1",
      },
    }).output();
    const said = new TextDecoder();
    assert(success, said.decode(stdout) + said.decode(stderr));
  };
  await run(["-m", "django", "startproject", "site1", "."], folder.path);
  await Deno.writeTextFile(folder.at("site1/urls.py"), VIEWS);
  await Deno.writeTextFile(
    folder.at("site1/checked.py"),
    "from site1.wsgi import application\nfrom wsgiref.validate import validator\napplication = validator(application)\n",
  );
  await run(["manage.py", "migrate", "-v0"], folder.path);
  await run([
    "manage.py",
    "createsuperuser",
    "--noinput",
    "--username=ann",
    "--email=ann@example.org",
  ], folder.path);
}

async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin/`);
  assertStringIncludes(await page.text("#site-name"), "Django administration");
  await page.click("#id_username");
  await page.type("ann");
  await page.click("#id_password");
  await page.type("a long password");
  await page.load(() => page.click("input[type=submit]"));
  assertStringIncludes(await page.text("#user-tools"), "ANN");
  // The style sheet is one of the static files.
  assertEquals(
    await page.evaluate(
      "getComputedStyle(document.querySelector('#header')).backgroundColor !== 'rgba(0, 0, 0, 0)'",
    ),
    true,
  );
}

const django = findPython("django");

if (django === undefined) {
  testWithPython(
    "django",
    "pythonApp() serves Django with its admin",
    () => {},
  );
} else {
  for (const app of ["site1.wsgi", "site1.checked"]) {
    testWithPage(
      `pythonApp() serves Django with its admin to a browser: ${app}`,
      async (page) => {
        await using folder = await Folder.make();
        await makeProject(django, folder);
        await whileServing(
          app,
          { python: django, chdir: folder.path },
          async (url, log) => {
            await logIn(page, url);
            await page.load(() =>
              page.click("a[href='/admin/auth/user/add/']")
            );
            await page.click("#id_username");
            await page.type("bob");
            for (const field of ["#id_password1", "#id_password2"]) {
              await page.click(field);
              await page.type("another long password");
            }
            await page.load(() => page.click("input[name=_save]"));
            assertStringIncludes(await page.text(".messagelist"), "bob");

            assertEquals(
              await (await fetch(`${url}/stream/`)).text(),
              "0\n1\n2\n",
            );
            const content = new Uint8Array(3_000_000).fill(7);
            const form = new FormData();
            form.set("file", new File([content], "big.bin"));
            const digest = new Uint8Array(
              await crypto.subtle.digest("SHA-256", content),
            ).toHex();
            const uploaded = await fetch(`${url}/upload/`, {
              method: "POST",
              body: form,
            });
            assertEquals(await uploaded.text(), `3000000 ${digest}`);
            const missing = await fetch(`${url}/nothing/`);
            assertEquals(missing.status, 404);
            assertStringIncludes(await missing.text(), "Page not found");
            assert(
              !log.some((line) => line.includes("AssertionError")),
              log.join("\n"),
            );
          },
        );
      },
    );
  }
}
