import { assertEquals, assertThrows } from "@std/assert";
import { parseAddrport } from "./parse_addrport.ts";

Deno.test("parseAddrport() reads addresses and ports (test_runserver_addrport, test_runner_addrport_ipv6, test_runner_hostname, test_runner_hostname_ipv6, test_runner_ambiguous)", () => {
  const cases: [
    text: string,
    ipv6: boolean,
    hostname: string,
    port: number,
    is6?: boolean,
  ][] = [
    ["", false, "127.0.0.1", 8000],
    ["", true, "::1", 8000],
    ["8000", false, "127.0.0.1", 8000],
    ["7654", true, "::1", 7654],
    ["0", false, "127.0.0.1", 0],
    ["1.2.3.4:8000", false, "1.2.3.4", 8000],
    ["[::1]:8000", false, "::1", 8000, true],
    ["[2001:0db8:1234:5678::9]:7000", true, "2001:0db8:1234:5678::9", 7000],
    ["localhost:8000", false, "localhost", 8000],
    ["test.domain.local:7000", false, "test.domain.local", 7000],
    ["test.domain.local:7000", true, "test.domain.local", 7000],
    // Only the shape decides: these look like names.
    ["beefbeef:7654", false, "beefbeef", 7654],
    ["1234:7654", false, "1234", 7654],
    ["deadbeef:7654", true, "deadbeef", 7654],
  ];
  for (const [text, ipv6, hostname, port, is6 = ipv6] of cases) {
    assertEquals(
      parseAddrport(text, { ipv6 }),
      { hostname, port, ipv6: is6 },
      `${text} ${ipv6}`,
    );
  }
});

Deno.test("parseAddrport() takes other defaults (test_runner_custom_defaults, test_runner_custom_defaults_ipv6)", () => {
  assertEquals(
    parseAddrport("", { defaultAddr: "0.0.0.0", defaultPort: 5000 }),
    { hostname: "0.0.0.0", port: 5000, ipv6: false },
  );
  assertEquals(
    parseAddrport("", { ipv6: true, defaultAddr: "::", defaultPort: 5000 }),
    { hostname: "::", port: 5000, ipv6: true },
  );
});

Deno.test("parseAddrport() quotes what it does not understand", () => {
  for (
    const text of [
      "abc",
      ":8000",
      "localhost:",
      "::1:8000",
      "[::1]",
      "127.0.0.1",
      "8000x",
      "a b:1",
      "70000",
      "[::1:8000",
      "-1",
      " 8000",
    ]
  ) {
    const error = assertThrows(() => parseAddrport(text), TypeError);
    assertEquals(
      error.message,
      `"${text}" is not a valid port number or address:port pair.`,
    );
  }
  assertThrows(
    () => parseAddrport("1.2.3.4:8000", { ipv6: true }),
    TypeError,
    '"1.2.3.4" is not a valid IPv6 address.',
  );
});
