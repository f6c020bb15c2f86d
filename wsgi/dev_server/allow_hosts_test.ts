import { assertEquals } from "@std/assert";
import { setupTestingDefaults } from "../mod.ts";
import { allowHosts } from "./allow_hosts.ts";

async function statusFor(
  host: string,
  hosts: readonly string[],
): Promise<string> {
  let shown = "";
  const app = allowHosts((_environ, startResponse) => {
    startResponse("200 OK", []);
    return [];
  }, hosts);
  await app(setupTestingDefaults({ HTTP_HOST: host }), (status) => {
    shown = status.slice(0, 3);
    return () => Promise.resolve();
  });
  return shown;
}

Deno.test("allowHosts() knows names of this machine, addresses, and what it is told (test_empty_allowed_hosts_error)", async () => {
  const cases: [host: string, hosts: string[], status: string][] = [
    ["localhost", [], "200"],
    ["LOCALHOST:8000", [], "200"],
    ["app.localhost.", [], "200"],
    ["127.0.0.1:8000", [], "200"],
    ["192.168.1.7", [], "200"],
    ["[::1]:8000", [], "200"],
    ["", [], "200"],
    ["example.org", [], "400"],
    ["evil.example:8000", ["example.org"], "400"],
    ["example.org:8000", ["Example.org"], "200"],
    ["www.example.org", ["example.org"], "400"],
    ["www.example.org", [".example.org"], "200"],
    ["example.org", [".example.org"], "200"],
    ["badexample.org", [".example.org"], "400"],
    ["anything", ["*"], "200"],
    ["localhost.evil.example", [], "400"],
    ["127.0.0.1.evil.example", [], "400"],
    ["evil.example:80:localhost", [], "400"],
  ];
  for (const [host, hosts, status] of cases) {
    assertEquals(await statusFor(host, hosts), status, `${host} ${hosts}`);
  }
});
