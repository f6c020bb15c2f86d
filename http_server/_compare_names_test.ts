import { assert, assertEquals } from "@std/assert";
import { generator } from "../_tools/testing/mutate.ts";
import { compareNames } from "./_compare_names.ts";

Deno.test("compareNames() orders as people do: by number, case and accents last", () => {
  const names = [
    "_a",
    "-a",
    ".hidden",
    "(1)",
    "#",
    "2",
    "10",
    "10a",
    "a",
    "A",
    "á",
    "a 2",
    "a 10",
    "ä-b",
    "a.txt",
    "A2.txt",
    "a10.txt",
    "ab",
    "b",
    "z",
    "日本",
  ];
  assertEquals(names.toReversed().sort(compareNames), names);
});

Deno.test("compareNames() is the order of the collator, and total", () => {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const random = generator(1);
  const alphabets = [
    "aAbB01 ",
    "0123456789",
    "00012ab",
    "aä\u0301ßsſz",
    "a\u0000\u007f\u200b-",
    Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join(""),
  ];
  for (let round = 0; round < 60_000; round++) {
    const alphabet = alphabets[round % alphabets.length]!;
    const word = () =>
      Array.from({ length: random(7) }, () => alphabet[random(alphabet.length)])
        .join("");
    const [a, b] = [word(), word()];
    const order = Math.sign(compareNames(a, b));
    const expected = compare(a, b);
    const shown = `${JSON.stringify(a)} and ${JSON.stringify(b)}`;
    if (expected !== 0) assertEquals(order, expected, shown);
    else assert((order === 0) === (a === b), shown);
    assertEquals(Math.sign(compareNames(b, a)) + order, 0, shown);
  }
});
