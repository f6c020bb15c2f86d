/**
 * Git over HTTP: clone from the repositories of a folder, and push to them.
 *
 *     deno run -A examples/git_over_http.ts [FOLDER [PORT]]
 *     git clone http://127.0.0.1:8000/name.git
 *
 * @module
 */
import { cgiHandler } from "@pystd/server/cgi";

const [folder = ".", port = "8000"] = Deno.args;
const git = new Deno.Command("git", { args: ["--exec-path"] }).outputSync();

const handler = cgiHandler({
  script: `${new TextDecoder().decode(git.stdout).trim()}/git-http-backend`,
  env: {
    GIT_PROJECT_ROOT: Deno.realPathSync(folder),
    // Git wants to be told that it may show these, and that all may write.
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.receivepack",
    GIT_CONFIG_VALUE_0: "true",
  },
});

Deno.serve({ hostname: "127.0.0.1", port: Number(port) }, handler);
