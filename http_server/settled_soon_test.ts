import { assertEquals, assertRejects } from "@std/assert";
import { settledSoon } from "./settled_soon.ts";

Deno.test("settledSoon() gives what comes within the turn", async () => {
  const answer = async () => {
    await null;
    return "answer";
  };
  assertEquals(await settledSoon(Promise.resolve("value")), "value");
  assertEquals(await settledSoon(answer()), "answer");
});

Deno.test("settledSoon() gives nothing for what comes later, or fails", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  assertEquals(await settledSoon(promise), undefined);
  resolve("late");
  assertEquals(await promise, "late");
  const failing = Promise.reject(new Error("no"));
  assertEquals(await settledSoon(failing), undefined);
  await assertRejects(() => failing, Error, "no");
});
