import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { bytes, settle, text } from "../../_tools/testing/test_streams.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { UnsupportedOperation } from "./errors.ts";
import { FileIO, type FileIOOptions } from "./file_io.ts";

const hasFifos = Deno.build.os !== "windows";

/** Runs a test with a path of its own, at which nothing is yet. */
function fileTest(
  name: string,
  run: (path: string, folder: string) => Promise<void> | void,
  ignore = false,
): void {
  Deno.test({ name, ignore }, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(`${folder}/file`, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Counts the calls of a file's method. */
function counted(
  file: Deno.FsFile,
  method: "read" | "write" | "truncate",
): () => number {
  const original = file[method].bind(file) as (...args: unknown[]) => unknown;
  let calls = 0;
  Object.assign(file, {
    [method]: (...args: unknown[]) => {
      calls++;
      return original(...args);
    },
  });
  return () => calls;
}

fileTest(
  "FileIO seeks, tells and truncates (testSeekTell, testTruncate, test_raw_file_io)",
  async (path) => {
    await using file = new FileIO(path, "w+");
    assertEquals(
      await file.write(new Uint8Array(20).map((_, index) => index)),
      20,
    );
    assertEquals(await file.tell(), 20);
    assertEquals(await file.seek(0), 0);
    assertEquals(await file.seek(10), 10);
    assertEquals(await file.seek(5, 1), 15);
    assertEquals(await file.seek(-5, 1), 10);
    assertEquals(await file.seek(-5, 2), 15);
    assertEquals(await file.read(1), new Uint8Array([15]));

    assertEquals(await file.truncate(12), 12);
    assertEquals(await file.tell(), 16);
    assertEquals(await file.truncate(), 16);
    assertEquals(await file.seek(0, 2), 16);
    await file.seek(10);
    assertEquals(await file.readall(), new Uint8Array([10, 11, 0, 0, 0, 0]));
  },
);

fileTest(
  "FileIO.seek() and truncate() reject what is no position",
  async (path) => {
    await using file = new FileIO(path, "w+");
    await file.write(bytes("abc"));
    await assertRejects(() => file.seek(-1), RangeError);
    await assertRejects(() => file.seek(-4, 1), RangeError);
    await assertRejects(() => file.seek(-4, 2), RangeError);
    await assertRejects(() => file.seek(0, 3), RangeError);
    await assertRejects(() => file.seek(0.5), TypeError);
    await assertRejects(() => file.truncate(-1), RangeError);
    await assertRejects(() => file.truncate(0.5), TypeError);
    assertEquals(await file.tell(), 3);
  },
);

fileTest("FileIO reaches behind 2 GiB (test_large_file_ops)", async (path) => {
  const far = 2 ** 33;
  await using file = new FileIO(path, "w+");
  assertEquals(await file.seek(far), far);
  await file.write(bytes("xxx"));
  assertEquals(await file.tell(), far + 3);
  assertEquals(await file.seek(-1, 2), far + 2);
  assertEquals(text(await file.read(2)), "x");
  assertEquals(await file.truncate(far + 1), far + 1);
  assertEquals(await file.seek(0, 2), far + 1);
});

fileTest(
  "FileIO knows its mode, name and ownership (testAttributes, test_attributes, test_closefd_attr)",
  async (path) => {
    for (
      const [mode, spelling] of [
        ["w", "wb"],
        ["wb", "wb"],
        ["r", "rb"],
        ["rb", "rb"],
        ["br", "rb"],
        ["r+", "rb+"],
        ["w+", "rb+"],
        ["bw+", "rb+"],
        ["a", "ab"],
        ["+ba", "ab+"],
      ] as const
    ) {
      await using file = new FileIO(path, mode);
      assertEquals(file.mode, spelling);
      assertEquals(file.name, path);
      assertEquals(file.closefd, true);
    }
    for (const [mode, spelling] of [["x", "xb"], ["x+", "xb+"]] as const) {
      await Deno.remove(path);
      await using file = new FileIO(path, mode);
      assertEquals(file.mode, spelling);
      assertThrows(() => {
        (file as { mode: string }).mode = "oops";
      }, TypeError);
    }
  },
);

fileTest(
  "FileIO takes exactly Python's modes (testModeStrings, testInvalidModeStrings, testBadModeArgument)",
  (path) => {
    for (
      const mode of [
        "",
        "aU",
        "wU+",
        "rb++",
        "rr",
        "rw",
        "rt",
        "rwx",
        "b",
        "+",
        "b+",
        "rbb",
        "ẍ",
        "R",
        "r ",
        "U",
      ]
    ) {
      assertThrows(
        () => new FileIO(path, mode),
        RangeError,
        `with mode "${mode}"`,
      );
    }
    assertThrows(() => new FileIO(path, "qwerty"), RangeError);
    assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  },
);

fileTest(
  "FileIO reads and writes in the directions of its mode (testAbles, testErrors, test_invalid_operations)",
  async (path) => {
    {
      await using file = new FileIO(path, "w");
      assert(!file.readable() && file.writable() && file.seekable());
      await file.write(bytes("abc"));
      for (
        const method of [
          () => file.read(1),
          () => file.readall(),
          () => file.read(),
          () => file.readinto(new Uint8Array(1)),
          () => file.remaining(),
        ]
      ) {
        await assertRejects(method, UnsupportedOperation, "FileIO.read");
      }
    }
    {
      await using file = new FileIO(path, "r");
      assert(file.readable() && !file.writable() && file.seekable());
      await assertRejects(
        () => file.write(bytes("x")),
        UnsupportedOperation,
        "FileIO.write",
      );
      await assertRejects(
        () => file.truncate(0),
        UnsupportedOperation,
        "FileIO.truncate",
      );
      assertEquals(text(await file.read()), "abc");
    }
    {
      await using file = new FileIO(path, "a+");
      assert(file.readable() && file.writable() && file.seekable());
      assertEquals(file.isatty(), false);
    }
  },
);

fileTest(
  "FileIO.read() gives at most what was asked for (testReadintoByteArray, test_none_args)",
  async (path) => {
    await Deno.writeTextFile(path, "hi\nbye\nabc");
    await using file = new FileIO(path);
    assertEquals(text(await file.read(2)), "hi");
    assertEquals(text(await file.read(0)), "");
    assertEquals((await file.readlines(null)).map(text), [
      "\n",
      "bye\n",
      "abc",
    ]);
    await file.seek(0);
    assertEquals(text(await file.readline(null)), "hi\n");
    assertEquals(text(await file.read(null)), "bye\nabc");
    await file.seek(0);
    const target = new Uint16Array(3);
    assertEquals(await file.readinto(target), 6);
    assertEquals(text(new Uint8Array(target.buffer)), "hi\nbye");
    assertEquals(await file.readinto(target), 4);
    assertEquals(await file.readinto(target), 0);
    assertEquals(await file.readinto(new Uint8Array()), 0);
  },
);

fileTest(
  "FileIO.write() takes any view and no text (test_array_writes, test_reject)",
  async (path) => {
    await using file = new FileIO(path, "w+");
    assertEquals(await file.write(new Int16Array([0x6261, 0x6463])), 4);
    assertEquals(await file.write(new DataView(bytes("xyz").buffer, 1)), 2);
    for (const wrong of ["text", 5, null]) {
      await assertRejects(() => file.write(wrong as never), TypeError);
      await assertRejects(() => file.readinto(wrong as never), TypeError);
    }
    await file.seek(0);
    assertEquals(text(await file.readall()), "abcdyz");
  },
);

fileTest(
  "FileIO.writelines() writes any iterable of bytes (testWritelinesList, testWritelinesError)",
  async (path) => {
    await using file = new FileIO(path, "w+");
    await file.writelines([bytes("123"), bytes("456")]);
    for (const wrong of [[1, 2], null, "abc"]) {
      await assertRejects(() => file.writelines(wrong as never), TypeError);
    }
    await file.seek(0);
    assertEquals(text(await file.readall()), "123456");
  },
);

fileTest(
  "FileIO appends at the end (testAppend, test_append_mode_tell)",
  async (path) => {
    await Deno.writeTextFile(path, "spam");
    await using file = new FileIO(path, "a+");
    assertEquals(await file.tell(), 4);
    await file.seek(0);
    assertEquals(text(await file.read(2)), "sp");
    await file.write(bytes("eggs"));
    await file.seek(0);
    assertEquals(text(await file.readall()), "spameggs");
  },
);

fileTest(
  "FileIO creates where nothing is, with x (test_create_fail, test_create_writes)",
  async (path) => {
    {
      await using file = new FileIO(path, "x");
      await file.write(bytes("spam"));
    }
    assertThrows(() => new FileIO(path, "x"), Deno.errors.AlreadyExists);
    assertEquals(await Deno.readTextFile(path), "spam");
    assertThrows(() => new FileIO(`${path}2`), Deno.errors.NotFound);
  },
);

fileTest(
  "FileIO.close() leaves the data on disk (test_close_flushes)",
  async (path) => {
    const file = new FileIO(path, "w");
    await file.write(bytes("xxx"));
    await file.close();
    assertEquals(await Deno.readTextFile(path), "xxx");
  },
);

fileTest(
  "FileIO rejects directories (testOpendir, testOpenDirFD)",
  async (_path, folder) => {
    for (const mode of ["r", "w", "a", "r+"]) {
      assertThrows(() => new FileIO(folder, mode), Deno.errors.IsADirectory);
    }
    using adopted = await Deno.open(folder);
    assertThrows(() => new FileIO(adopted), Deno.errors.IsADirectory);
    assert(
      (await adopted.stat()).isDirectory,
      "what was given open stays open",
    );
  },
);

fileTest(
  "FileIO rejects NUL in a path (testConstructorHandlesNULChars, test_open_handles_NUL_chars)",
  (path) => {
    for (
      const wrong of [
        "foo\0bar",
        "\0",
        `${path}\0`,
        new URL("file:///tmp/a%00b"),
      ]
    ) {
      assertThrows(() => new FileIO(wrong, "w"), RangeError, "contains NUL");
    }
  },
);

fileTest(
  "FileIO takes paths and URLs (testUnicodeOpen, testBytesOpen, testUtf8BytesOpen, test_fspath_support)",
  async (_path, folder) => {
    for (const name of ["plain", "naïve 😀", "per%20cent", "a#b?c"]) {
      const path = `${folder}/${name}`;
      {
        await using file = new FileIO(path, "w");
        await file.write(bytes(name));
      }
      const url = new URL(`file://${folder}/${encodeURIComponent(name)}`);
      await using file = new FileIO(url);
      assertEquals(text(await file.readall()), text(bytes(name)));
      assertEquals(file.name, String(url));
    }
  },
);

Deno.test("FileIO rejects what is no path (testInvalidFd, testInvalidInit, test_fspath_support)", () => {
  for (
    const wrong of [undefined, null, 5, -10, {}, [], bytes("path"), Deno.stdin]
  ) {
    assertThrows(
      () => new FileIO(wrong as never),
      TypeError,
      "neither a path nor an open file",
    );
  }
  assertThrows(() => new FileIO(new URL("http://localhost/")), TypeError);
});

fileTest(
  "FileIO adopts an open file (test_closefd, test_fileio_closefd)",
  async (path) => {
    await Deno.writeTextFile(path, "egg\n");
    for (const closefd of [true, false]) {
      const adopted = await Deno.open(path);
      const file = new FileIO(adopted, "r", { closefd });
      assertEquals(file.closefd, closefd);
      assertEquals(file.name, file.fileno());
      assertEquals(text(await file.read(1)), "e");
      await file.close();
      if (closefd) assertThrows(() => adopted.close(), Deno.errors.BadResource);
      else {
        assertEquals(await adopted.read(new Uint8Array(9)), 3);
        adopted.close();
      }
    }
  },
);

fileTest(
  "FileIO cannot read what its owner has closed (test_read_closed)",
  async (path) => {
    await Deno.writeTextFile(path, "egg\n");
    const owner = await Deno.open(path);
    const reader = new BufferedReader(
      new FileIO(owner, "r", { closefd: false }),
    );
    assertEquals(text(await reader.read()), "egg\n");
    assertEquals(await reader.seek(0), 0);
    owner.close();
    await assertRejects(() => reader.read(), TypeError, "file is closed");
    await reader.close();
  },
);

fileTest(
  "FileIO cannot leave open what it opens itself (test_no_closefd_with_filename)",
  (path) => {
    assertThrows(
      () => new FileIO(path, "w", { closefd: false }),
      TypeError,
      "Cannot leave",
    );
    assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  },
);

fileTest("FileIO uses the opener (test_opener)", async (path) => {
  await Deno.writeTextFile(path, "egg\n");
  const calls: unknown[] = [];
  await using file = new FileIO("non-existent", "r+", {
    opener: (name, options) => {
      calls.push(name, options.read, options.write);
      return Deno.openSync(path);
    },
  });
  assertEquals(text(await file.readall()), "egg\n");
  assertEquals(calls, ["non-existent", true, true]);
  assertEquals(file.name, "non-existent");
});

fileTest(
  "FileIO rejects what an opener gives instead of a file (test_bad_opener_negative_1, test_bad_opener_other_negative, test_opener_invalid_fd)",
  (path) => {
    for (const wrong of [-1, undefined, null, {}]) {
      const options: FileIOOptions = { opener: () => wrong as never };
      assertThrows(
        () => new FileIO(path, "r", options),
        TypeError,
        "the opener gave no open file",
      );
    }
    const failing = () => {
      throw new Deno.errors.PermissionDenied("no");
    };
    assertThrows(
      () => new FileIO(path, "r", { opener: failing }),
      Deno.errors.PermissionDenied,
    );
  },
);

fileTest(
  "FileIO leaks nothing when opening fails (testUnclosedFDOnException)",
  (_path, folder) => {
    let opened: Deno.FsFile | undefined;
    assertThrows(
      () =>
        new FileIO(folder, "r", {
          opener: (path) => opened = Deno.openSync(path),
        }),
      Deno.errors.IsADirectory,
    );
    assertThrows(() => opened!.close(), Deno.errors.BadResource);
  },
);

fileTest(
  "FileIO.toString() tells how it was opened (testRepr, testReprNoCloseFD, test_subclass_repr, test_recursive_repr)",
  async (path) => {
    class Special extends FileIO {}
    const file = new Special(path, "w");
    assertEquals(`${file}`, `<Special name="${path}" mode="wb" closefd=true>`);
    await file.close();
    assertEquals(`${file}`, "<Special [closed]>");
    using adopted = await Deno.open(path);
    const borrowed = new FileIO(adopted, "r", { closefd: false });
    assertEquals(
      `${borrowed}`,
      `<FileIO name=${borrowed.fileno()} mode="rb" closefd=false>`,
    );
  },
);

fileTest(
  "FileIO.readall() reads a whole file with few calls (test_syscalls_read)",
  async (path) => {
    const content = new Uint8Array(1e6).map((_, index) => index);
    await Deno.writeFile(path, content);
    for (
      const read of [
        (file: FileIO) => file.readall(),
        (file: FileIO) => file.read(),
        (file: FileIO) => new BufferedReader(file).read(),
        (file: FileIO) => new BufferedReader(file, 1 << 17).read(1e6),
      ]
    ) {
      const adopted = await Deno.open(path);
      const reads = counted(adopted, "read");
      await using file = new FileIO(adopted);
      assertEquals(await read(file), content);
      assert(reads() <= 6, `${reads()} reads`);
    }
  },
);

fileTest("FileIO.readall() reads what grows or has no size", async (path) => {
  await Deno.writeTextFile(path, "x".repeat(5000));
  const adopted = await Deno.open(path);
  const stat = adopted.statSync.bind(adopted);
  adopted.statSync = () => ({ ...stat(), size: 0 });
  await using file = new FileIO(adopted);
  assertEquals((await file.readall()).length, 5000);
  assertEquals((await file.readall()).length, 0);
});

fileTest("FileIO.remaining() tells what is left", async (path) => {
  await Deno.writeTextFile(path, "0123456789");
  await using file = new FileIO(path);
  assertEquals(await file.remaining(), 10);
  await file.seek(4);
  assertEquals(await file.remaining(), 6);
  await file.seek(99);
  assertEquals(await file.remaining(), 0);
  assertEquals(text(await file.readall()), "");
});

fileTest("FileIO tells the block size (testBlksize)", async (path) => {
  await using file = new FileIO(path, "w");
  assertEquals(file.blksize, (await Deno.stat(path)).blksize);
});

fileTest(
  "FileIO takes concurrent calls in their order (test_write_readline_races)",
  async (path) => {
    await using file = new FileIO(path, "w+");
    const pieces = Array.from({ length: 50 }, (_, index) => bytes(`${index},`));
    const writes = pieces.map((piece) => file.write(piece));
    const rest = [
      file.tell(),
      file.seek(0),
      file.read(6),
      file.truncate(),
    ] as const;
    await Promise.all(writes);
    const [end, start, read, size] = await Promise.all(rest);
    const whole = pieces.map(text).join("");
    assertEquals([end, start, size], [whole.length, 0, 6]);
    assertEquals(text(read), whole.slice(0, 6));
  },
);

fileTest(
  "FileIO has one resource id for each file, never used twice (testErrors, test_fileno)",
  async (path) => {
    const first = new FileIO(path, "w");
    const id = first.fileno();
    assert(Number.isInteger(id) && id > 0);
    assertEquals(first.fileno(), id);
    const reader = new BufferedReader(new FileIO(path));
    assert(reader.fileno() > id);
    await reader.close();
    await first.close();
    assertThrows(() => first.fileno(), TypeError);
    await using second = new FileIO(path, "w");
    assert(second.fileno() > id);
  },
);

fileTest(
  "FileIO refuses every method once closed (testMethods, test_io_after_close, test_multi_close)",
  async (path) => {
    const file = new FileIO(path, "w+");
    await file.close();
    await file.close();
    for (
      const ask of [
        () => file.readable(),
        () => file.writable(),
        () => file.seekable(),
        () => file.isatty(),
        () => file.fileno(),
      ]
    ) {
      assertThrows(ask, TypeError, "stream is closed");
    }
    for (
      const method of [
        () => file.read(),
        () => file.read(1),
        () => file.readall(),
        () => file.readinto(new Uint8Array(1)),
        () => file.readline(),
        () => file.readlines(),
        () => file.write(bytes("a")),
        () => file.writelines([]),
        () => file.seek(0),
        () => file.tell(),
        () => file.truncate(),
        () => file.flush(),
      ]
    ) {
      await assertRejects(method, TypeError, "stream is closed");
    }
    assertEquals(file.mode, "rb+");
    assertEquals(file.name, path);
  },
);

// What Python's tests do by closing the descriptor behind the stream's back.
for (
  const [name, method] of Object.entries({
    "write() (testErrnoOnClosedWrite)": (file) => file.write(bytes("a")),
    "seek() (testErrnoOnClosedSeek)": (file) => file.seek(0),
    "tell() (testErrnoOnClosedTell)": (file) => file.tell(),
    "truncate() (testErrnoOnClosedTruncate)": (file) => file.truncate(0),
    "read() (testErrnoOnClosedRead)": (file) => file.read(1),
    "readall() (testErrnoOnClosedReadall)": (file) => file.readall(),
    "readinto() (testErrnoOnClosedReadinto)": (file) =>
      file.readinto(new Uint8Array(1)),
    "close() (testErrnoOnClose)": (file) => file.close(),
  } as Record<string, (file: FileIO) => Promise<unknown>>)
) {
  fileTest(
    `FileIO.${name} fails when the file was closed by somebody else`,
    async (path) => {
      const adopted = await Deno.open(path, {
        read: true,
        write: true,
        create: true,
      });
      const file = new FileIO(adopted, "r+");
      adopted.close();
      const error = await assertRejects(
        () => method(file),
        TypeError,
        "file is closed",
      );
      assertInstanceOf(error.cause, Deno.errors.BadResource);
      await file.close().catch(() => {});
      assert(file.closed);
    },
  );
}

fileTest(
  "FileIO answers questions though the file was closed by somebody else (testErrnoOnClosedSeekable, testErrnoOnClosedReadable, testErrnoOnClosedWritable, testErrnoOnClosedFileno, testErrnoOnClosedIsatty)",
  async (path) => {
    const adopted = await Deno.open(path, {
      read: true,
      write: true,
      create: true,
    });
    const file = new FileIO(adopted, "r+");
    adopted.close();
    assert(file.readable() && file.writable() && file.seekable());
    assertEquals(file.isatty(), false);
    assert(file.fileno() > 0);
  },
);

fileTest(
  "FileIO over a FIFO has no positions, and closing ends a read that waits",
  async (path) => {
    const made = await new Deno.Command("mkfifo", { args: [path] }).output();
    assert(made.success);
    // Open for both directions, a FIFO waits for nobody to open its other end.
    using other = await Deno.open(path, { read: true, write: true });
    const file = new FileIO(path, "r+");
    assertEquals(file.seekable(), false);
    await assertRejects(() => file.seek(0), UnsupportedOperation);
    await assertRejects(() => file.tell(), UnsupportedOperation);
    assertEquals(await file.remaining(), 0);
    await other.write(bytes("abc"));
    assertEquals(text(await file.read(10)), "abc");

    const failed = assertRejects(() => file.read(10), TypeError, "closed");
    await settle();
    await file.close();
    // The read's thread lets go when something comes.
    await other.write(bytes("def"));
    await failed;
  },
  !hasFifos,
);

fileTest(
  "FileIO appends to what has no positions (test_open_pipe_with_append)",
  async (path) => {
    await new Deno.Command("mkfifo", { args: [path] }).output();
    using other = await Deno.open(path, { read: true, write: true });
    await using file = new FileIO(path, "a");
    await file.write(bytes("abc"));
    const target = new Uint8Array(9);
    assertEquals(await other.read(target), 3);
  },
  !hasFifos,
);

Deno.test({
  name: "FileIO reads an endless device as far as asked (test_unbounded_file)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using file = new FileIO("/dev/zero");
    assertEquals((await file.read(1000))?.length, 1000);
    const reader = new BufferedReader(file);
    assertEquals((await reader.read(100_000)).length, 100_000);
  },
});

fileTest(
  "FileIO.close() closes the file though flushing fails (test_flush_error_on_close)",
  async (path) => {
    class Failing extends FileIO {
      override flush(): Promise<void> {
        return Promise.reject(new Error("flush"));
      }
    }
    const adopted = await Deno.open(path, { write: true, create: true });
    const file = new Failing(adopted, "w");
    await assertRejects(() => file.close(), Error, "flush");
    assert(file.closed);
    assertThrows(() => adopted.close(), Deno.errors.BadResource);
  },
);
