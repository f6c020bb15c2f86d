import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { pause } from "../../_tools/testing/waiting.ts";
import { EMPTY } from "./_empty.ts";
import { type OperationKind, Watchdog } from "./_watchdog.ts";

const FAR = 60_000;
const { TimedOut } = Deno.errors;

function soon(milliseconds: number): number {
  return performance.now() + milliseconds;
}

/** What a watchdog asks and tells about an operation. */
interface Stream {
  due: number;
  expired(): void;
}

const KIND: OperationKind<Stream> = {
  due: (stream) => stream.due,
  expired: (stream) => stream.expired(),
  error: (error) => error,
};

/** A watchdog of a connection whose operations are promises. */
class Watch {
  readonly #watchdog = new Watchdog();
  readonly #streams: Stream[] = [];

  guard(
    promise: Promise<number>,
    due: number,
    expired: () => void,
    limit = Infinity,
  ): Promise<number> {
    const stream = { due, expired };
    this.#streams.push(stream);
    return new Promise((done, failed) =>
      this.#watchdog.guard()
        .follow(KIND, stream, promise, EMPTY, limit, done, failed)
    );
  }

  /** Changes when all of them are due. */
  update(due: number): void {
    for (const stream of this.#streams) stream.due = due;
    this.#watchdog.hurry(due);
  }

  stop(): void {
    this.#watchdog.stop();
  }
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
  const watch = new Watch();
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
      const watch = new Watch();
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
  const watch = new Watch();
  const { promise } = Promise.withResolvers<number>();
  await assertRejects(
    () => watch.guard(promise, soon(-5), () => {}),
    TimedOut,
  );
});

watchdogTest("Watchdog serves many operations with one timer", async () => {
  const watch = new Watch();
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
    const watch = new Watch();
    await watch.guard(Promise.resolve(0), soon(5), () => {});
    const start = performance.now();
    const { promise } = Promise.withResolvers<number>();
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
    const watch = new Watch();
    const first = Promise.withResolvers<number>();
    const start = performance.now();
    const expired: string[] = [];
    const early = watch.guard(first.promise, soon(20), () => {
      expired.push("early");
    });
    const later = ["a", "b"].map((name, i) => {
      const { promise } = Promise.withResolvers<number>();
      return assertRejects(
        () =>
          watch.guard(promise, soon(40 + 20 * i), () => {
            expired.push(name);
          }),
        TimedOut,
      ).then(() => performance.now() - start);
    });
    await pause(5);
    first.resolve(0);
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
    const watch = new Watch();
    const { promise } = Promise.withResolvers<number>();
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

watchdogTest(
  "Watchdog ends what is due, whatever comes before and behind it",
  async () => {
    for (const late of [0, 1, 2]) {
      const watch = new Watch();
      const operations = [0, 1, 2].map(() => Promise.withResolvers<number>());
      const guarded = operations.map(({ promise }, i) =>
        watch.guard(promise, soon(i === late ? 10 : FAR), () => {})
      );
      await assertRejects(() => guarded[late]!, TimedOut);
      operations.forEach(({ resolve }, i) => resolve(i));
      const others = [0, 1, 2].filter((i) => i !== late);
      assertEquals(await Promise.all(others.map((i) => guarded[i]!)), others);
      watch.stop();
    }
  },
);

watchdogTest("Watchdog takes times that no timer can wait for", async () => {
  const watch = new Watch();
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
    const watch = new Watch();
    const { promise } = Promise.withResolvers<number>();
    const guarded = watch.guard(promise, soon(10), () => {});
    watch.stop();
    await assertRejects(() => guarded, TimedOut);
  },
);

watchdogTest(
  "Watchdog.stop() leaves no timer once nothing is under way",
  async () => {
    const watch = new Watch();
    const operation = Promise.withResolvers<number>();
    const guarded = watch.guard(operation.promise, soon(FAR), () => {});
    watch.stop();
    operation.resolve(0);
    await guarded;
  },
);

Deno.test("a Watchdog does not keep the program alive", async () => {
  const { href } = new URL("./_watchdog.ts", import.meta.url);
  const code = `import { Watchdog } from "${href}";
    const { promise } = Promise.withResolvers();
    const { setTimeout: set } = globalThis;
    let timers = 0;
    globalThis.setTimeout = (...args) => (timers++, set(...args));
    const kind = { due: () => performance.now() + 60_000 };
    new Watchdog().guard().follow(kind, {}, promise, null, Infinity);
    addEventListener("unload", () => Deno.exit(timers - 1));`;
  const start = performance.now();
  const { code: status } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(status, 0);
  assert(performance.now() - start < 30_000);
});
