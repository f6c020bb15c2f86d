import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { pause } from "../../_tools/testing/waiting.ts";
import { Watchdog } from "./_watchdog.ts";

const FAR = 60_000;
const { TimedOut } = Deno.errors;

function soon(milliseconds: number): number {
  return performance.now() + milliseconds;
}

function watchdog(): Watchdog<unknown, unknown> {
  return new Watchdog({ value: (value) => value, error: (error) => error });
}

// A watchdog's timer keeps no program awake, and here nothing else does.
function watchdogTest(name: string, test: () => Promise<void>): void {
  Deno.test(name, async () => {
    const awake = setInterval(() => {}, FAR);
    try {
      await test();
    } finally {
      clearInterval(awake);
    }
  });
}

/** Runs `action` and returns how many timers it set. */
async function countTimers(action: () => Promise<void>): Promise<number> {
  const { setTimeout: set } = globalThis;
  let count = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
    count++;
    return set(...args);
  }) as typeof set;
  try {
    await action();
  } finally {
    globalThis.setTimeout = set;
  }
  return count;
}

watchdogTest("Watchdog passes on what comes in time", async () => {
  const watch = watchdog();
  const never = () => assert(false);
  assertEquals(await watch.guard(Promise.resolve(7), soon(FAR), never), 7);
  const error = new Error("mine");
  assertStrictEquals(
    await assertRejects(() =>
      watch.guard(Promise.reject(error), soon(FAR), never)
    ),
    error,
  );
  watch.stop();
});

watchdogTest(
  "Watchdog calls `expired`, then rejects; what comes late is nobody's",
  async () => {
    for (const fails of [false, true]) {
      const watch = watchdog();
      const steps: string[] = [];
      const late = Promise.withResolvers<number>();
      const start = performance.now();
      await assertRejects(
        () =>
          watch.guard(late.promise, soon(15), () => steps.push("expired"))
            .catch((error) => {
              steps.push("rejected");
              throw error;
            }),
        TimedOut,
      );
      assert(performance.now() - start >= 14);
      assertEquals(steps, ["expired", "rejected"]);
      if (fails) late.reject(new Error("late"));
      else late.resolve(1);
      await pause(1);
      watch.stop();
    }
  },
);

watchdogTest("Watchdog rejects at once what is overdue", async () => {
  const watch = watchdog();
  const { promise } = Promise.withResolvers<void>();
  await assertRejects(
    () => watch.guard(promise, soon(-5), () => {}),
    TimedOut,
  );
});

watchdogTest("Watchdog serves many operations with one timer", async () => {
  const watch = watchdog();
  const timers = await countTimers(async () => {
    for (let i = 0; i < 1000; i++) {
      await watch.guard(Promise.resolve(i), soon(FAR + i), () => {});
    }
  });
  assertEquals(timers, 1);
  watch.stop();
});

watchdogTest(
  "Watchdog looks again where the timer was set for an earlier operation",
  async () => {
    const watch = watchdog();
    await watch.guard(Promise.resolve(), soon(5), () => {});
    const start = performance.now();
    const { promise } = Promise.withResolvers<void>();
    await assertRejects(
      () => watch.guard(promise, soon(25), () => {}),
      TimedOut,
    );
    const took = performance.now() - start;
    assert(took >= 24, `${took}`);
  },
);

watchdogTest(
  "Watchdog rejects each of several operations when its own time is up",
  async () => {
    const watch = watchdog();
    const first = Promise.withResolvers<void>();
    const start = performance.now();
    const expired: string[] = [];
    const early = watch.guard(first.promise, soon(20), () => {
      expired.push("early");
    });
    const later = ["a", "b"].map((name, i) => {
      const { promise } = Promise.withResolvers<void>();
      return assertRejects(
        () =>
          watch.guard(promise, soon(40 + 20 * i), () => {
            expired.push(name);
          }),
        TimedOut,
      ).then(() => performance.now() - start);
    });
    await pause(5);
    first.resolve();
    await early;
    const [a, b] = await Promise.all(later) as [number, number];
    assert(a >= 39, `${a}`);
    assert(b >= 59, `${b}`);
    assertEquals(expired, ["a", "b"]);
  },
);

watchdogTest(
  "Watchdog.update() moves the end of what is under way, both ways",
  async () => {
    const watch = watchdog();
    const { promise } = Promise.withResolvers<void>();
    const start = performance.now();
    const shortened = watch.guard(promise, soon(FAR), () => {});
    watch.update(soon(5));
    await assertRejects(() => shortened, TimedOut);
    const prolonged = watch.guard(promise, soon(5), () => {});
    watch.update(soon(40));
    await assertRejects(() => prolonged, TimedOut);
    assert(performance.now() - start >= 39);
    const lifted = Promise.withResolvers<number>();
    const guarded = watch.guard(lifted.promise, soon(5), () => assert(false));
    watch.update(Infinity);
    await pause(15);
    lifted.resolve(1);
    assertEquals(await guarded, 1);
    watch.update(soon(-1));
    watch.stop();
  },
);

watchdogTest("Watchdog takes times that no timer can wait for", async () => {
  const watch = watchdog();
  const operation = Promise.withResolvers<number>();
  const timers = await countTimers(async () => {
    const guarded = watch.guard(operation.promise, soon(1e12), () => {
      assert(false);
    });
    await pause(20);
    operation.resolve(1);
    assertEquals(await guarded, 1);
  });
  assertEquals(timers, 2); // the pause has the other one
  watch.stop();
});

watchdogTest(
  "Watchdog.stop() still lets what is under way expire",
  async () => {
    const watch = watchdog();
    const { promise } = Promise.withResolvers<void>();
    const guarded = watch.guard(promise, soon(10), () => {});
    watch.stop();
    await assertRejects(() => guarded, TimedOut);
  },
);

watchdogTest(
  "Watchdog.stop() leaves no timer once nothing is under way",
  async () => {
    const watch = watchdog();
    const operation = Promise.withResolvers<void>();
    const guarded = watch.guard(operation.promise, soon(FAR), () => {});
    watch.stop();
    operation.resolve();
    await guarded;
  },
);

Deno.test("a Watchdog does not keep the program alive", async () => {
  const { href } = new URL("./_watchdog.ts", import.meta.url);
  const code = `import { Watchdog } from "${href}";
    const { promise } = Promise.withResolvers();
    new Watchdog({}).guard(promise, performance.now() + 60_000, () => {});`;
  const start = performance.now();
  const { code: status } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(status, 0);
  assert(performance.now() - start < 30_000);
});
