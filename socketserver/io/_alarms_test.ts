import { assert, assertEquals } from "@std/assert";
import { letSleep, type Sleeper, wakeAt } from "./_alarms.ts";

const FAR = 60_000;

/** Runs `action` with `setTimeout` watched; returns the waits that it was called for. */
function timersSet(action: () => void): number[] {
  const { setTimeout: set } = globalThis;
  const waits: number[] = [];
  globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
    waits.push(args[1]!);
    return set(...args);
  }) as typeof set;
  try {
    action();
  } finally {
    globalThis.setTimeout = set;
  }
  return waits;
}

Deno.test("wakeAt() wakes in time, if at all a little late", async () => {
  const awake = setInterval(() => {}, FAR);
  for (const wait of [-5, 0, 1, 20, 100]) {
    const start = performance.now();
    await new Promise<void>((wake) => wakeAt(start + wait, { wake }));
    const took = performance.now() - start;
    assert(took >= wait - 1, `${took} ms for ${wait}`);
  }
  clearInterval(awake);
});

Deno.test("wakeAt() promises no more than a part of the wait too late, and never too early", () => {
  const sleeper: Sleeper = { wake() {} };
  for (const wait of [1, 2, 10, 63, 64, 65, 1000, 7777, FAR, 1e7]) {
    const due = performance.now() + wait;
    const at = wakeAt(due, sleeper);
    assert(at >= due && at - due <= wait / 32 + 1, `${at - due} for ${wait}`);
    letSleep(at, sleeper);
  }
  const [wait] = timersSet(() => letSleep(wakeAt(1e15, sleeper), sleeper));
  assert(wait! <= 0x7fffffff, `${wait}`);
});

Deno.test("wakeAt() sets few timers for many who wait about as long, and letSleep() leaves none", () => {
  const start = performance.now();
  const promised: [number, Sleeper][] = [];
  const timers = timersSet(() => {
    for (let i = 0; i < 10_000; i++) {
      const sleeper = { wake() {} };
      promised.push([wakeAt(start + FAR + i, sleeper), sleeper]);
    }
  });
  assert(timers.length < 20, `${timers.length} timers`);
  for (const [at, sleeper] of promised) letSleep(at, sleeper);
});

Deno.test("letSleep() lets others be woken, and takes no notice of who is not asleep", async () => {
  const awake = setInterval(() => {}, FAR);
  const due = performance.now() + 20;
  const woken: string[] = [];
  const one: Sleeper = { wake: () => woken.push("one") };
  const at = wakeAt(due, one);
  await new Promise<void>((resolve) => {
    const other: Sleeper = {
      wake() {
        woken.push("other");
        resolve();
      },
    };
    assertEquals(wakeAt(due, other), at);
    letSleep(at, one);
    letSleep(at, one);
    letSleep(0, one);
  });
  assertEquals(woken, ["other"]);
  clearInterval(awake);
});
