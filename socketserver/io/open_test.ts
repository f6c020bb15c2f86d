import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { bytes, text } from "../../_tools/testing/test_streams.ts";
import { BufferedRandom } from "./buffered_random.ts";
import { BufferedReader } from "./buffered_reader.ts";
import { BufferedWriter } from "./buffered_writer.ts";
import { UnsupportedOperation } from "./errors.ts";
import { FileIO } from "./file_io.ts";
import { open, openCode, type OpenedFile, textEncoding } from "./open.ts";
import { TextIOWrapper } from "./text_io_wrapper.ts";

/** Runs a test with a path of its own, at which nothing is yet. */
function fileTest(
  name: string,
  run: (path: string, folder: string) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await run(`${folder}/file`, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Every order of the letters. */
function orders(letters: string): string[] {
  if (letters.length < 2) return [letters];
  return [...letters].flatMap((letter) =>
    orders(letters.replace(letter, "")).map((rest) => letter + rest)
  );
}

fileTest(
  "open() gives the plainest stream for the mode (test_attributes)",
  async (path) => {
    for (
      const [letters, buffering, kind, rawMode] of [
        ["wb", -1, BufferedWriter, "wb"],
        ["rb", -1, BufferedReader, "rb"],
        ["ab", -1, BufferedWriter, "ab"],
        ["rb+", -1, BufferedRandom, "rb+"],
        ["wb+", 100, BufferedRandom, "rb+"],
        ["ab+", 1, BufferedRandom, "ab+"],
        ["rb", 0, FileIO, "rb"],
        ["wb+", 0, FileIO, "rb+"],
        ["w", -1, TextIOWrapper, "wb"],
        ["wt", 1, TextIOWrapper, "wb"],
        ["rt+", 100, TextIOWrapper, "rb+"],
      ] as const
    ) {
      for (const mode of orders(letters)) {
        const file = await open(path, mode as string, buffering);
        assert(file instanceof kind, `${mode} gives ${file}`);
        assertEquals(file.name, path);
        const text = file instanceof TextIOWrapper;
        assertEquals(file.mode, text ? mode : rawMode);
        if (text) assertEquals((file.buffer as BufferedReader).mode, rawMode);
        await file.close();
        assert(file.closed);
      }
    }
  },
);

fileTest("open() types what it gives after the mode", async (path) => {
  const writer: BufferedWriter = await open(path, "wb");
  const reader: BufferedReader = await open(path, "br");
  const random: BufferedRandom = await open(path, "+rb");
  const raw: FileIO = await open(path, "rb", 0);
  const lines: TextIOWrapper = await open(path, "t+r");
  const plain: TextIOWrapper = await open(path);
  const mode: string = "rb";
  const any: OpenedFile = await open(path, mode);
  for (const file of [writer, reader, random, raw, lines, plain, any]) {
    await file.close();
  }
});

fileTest(
  "open() takes exactly Python's modes (test_open_allargs, test_removed_u_mode, testInvalidModeStrings)",
  async (path) => {
    for (
      const mode of [
        "",
        "rw",
        "rwx",
        "wa",
        "U",
        "rU",
        "rbU",
        "rr",
        "rb++",
        "rbt",
        "tb",
        "+",
        "b",
        "R",
        "r ",
        "q",
      ]
    ) {
      await assertRejects(
        () => open(path, mode),
        RangeError,
        `with mode "${mode}"`,
      );
    }
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  },
);

fileTest(
  "open() gives text and bytes only what belongs to them (test_nonbuffered_textio, test_invalid_newline, test_check_encoding_errors)",
  async (path) => {
    await Deno.writeTextFile(path, "");
    await assertRejects(() => open(path, "r", 0), RangeError, "text needs one");
    await assertRejects(() => open(path, "r", 0.5), TypeError);
    for (
      const options of [{ encoding: "utf-8" }, { errors: "strict" }, {
        newline: "",
      }] as const
    ) {
      await assertRejects(
        () => open(path, "rb", -1, options),
        TypeError,
        "it is for text",
      );
      await (await open(path, "r", -1, options)).close();
    }
    await (await open(path, "rb", -1, {
      encoding: null,
      errors: null,
      newline: null,
    })).close();
    for (
      const options of [
        { encoding: "no such codec" },
        { errors: "no such mode" },
        { newline: "\t" },
      ]
    ) {
      await assertRejects(
        () => open(path, "r", -1, options as never),
        RangeError,
      );
    }
  },
);

fileTest(
  "open() writes bytes and reads text (test_with_open, test_close_flushes)",
  async (path) => {
    {
      await using file = await open(path, "wb");
      await file.write(bytes("one\r\ntwo\xc3\xa9\n"));
    }
    {
      await using file = await open(path, "r");
      assertEquals(await file.readlines(), ["one\n", "twoé\n"]);
    }
    {
      await using file = await open(path, "r", -1, {
        newline: "",
        encoding: "latin-1",
      });
      assertEquals(await file.read(), "one\r\ntwoÃ©\n");
    }
    const failed = await open(path, "w");
    await assertRejects(
      async () => {
        await using file = failed;
        await file.write("abc");
        throw new RangeError("body");
      },
      RangeError,
      "body",
    );
    assert(failed.closed);
    assertEquals(await Deno.readTextFile(path), "abc");
  },
);

fileTest(
  "open() flushes text line by line if asked to (test_line_buffering)",
  async (path) => {
    await using file = await open(path, "w", 1);
    assertEquals(file.lineBuffering, true);
    await file.write("half");
    assertEquals(await Deno.readTextFile(path), "");
    await file.write(" whole\n");
    assertEquals(await Deno.readTextFile(path), "half whole\n");
  },
);

fileTest("open() appends (test_append_mode_tell)", async (path) => {
  await Deno.writeTextFile(path, "xxx");
  {
    await using file = await open(path, "ab");
    assertEquals(await file.tell(), 3);
    await file.write(bytes("yy"));
    assertEquals(await file.tell(), 5);
  }
  {
    await using file = await open(path, "a");
    assert(await file.tell() > 0);
  }
  assertEquals(await Deno.readTextFile(path), "xxxyy");
});

fileTest(
  "open() creates with x what is not there (test_create_fail, test_create_writes)",
  async (path) => {
    {
      await using file = await open(path, "xb");
      await file.write(bytes("spam"));
    }
    assertEquals(await Deno.readTextFile(path), "spam");
    await assertRejects(() => open(path, "x"), Deno.errors.AlreadyExists);
    await assertRejects(() => open(`${path}2`), Deno.errors.NotFound);
  },
);

fileTest(
  "open() reads and writes one file (test_truncate_after_write)",
  async (path) => {
    await Deno.writeFile(path, new Uint8Array(10_000));
    for (const size of [8192, 4096, 200]) {
      await using file = await open(path, "r+b", size);
      await file.write(new Uint8Array(size + 1));
      await file.read(1);
      await file.truncate();
      assertEquals(await file.tell(), size + 2);
      assertEquals((await Deno.stat(path)).size, size + 2);
    }
  },
);

fileTest(
  "open() takes URLs and open files (test_fspath_support, test_closefd)",
  async (path) => {
    await Deno.writeTextFile(path, "egg\n");
    {
      await using file = await open(new URL(`file://${path}`));
      assertEquals(await file.read(), "egg\n");
    }
    const adopted = await Deno.open(path);
    {
      await using file = await open(adopted, "r", -1, { closefd: false });
      assertEquals(await file.read(), "egg\n");
    }
    await adopted.seek(0, Deno.SeekMode.Start);
    const owner = await open(adopted, "rb");
    assertEquals(text(await owner.read()), "egg\n");
    await owner.close();
    assertThrows(() => adopted.close(), Deno.errors.BadResource);
    for (const wrong of [undefined, null, 5, {}, bytes(path)]) {
      await assertRejects(() => open(wrong as never), TypeError);
    }
  },
);

fileTest(
  "open() checks before it opens (test_no_closefd_with_filename, test_open_handles_NUL_chars)",
  async (path) => {
    await assertRejects(
      () => open(path, "w", -1, { closefd: false }),
      TypeError,
      "Cannot leave",
    );
    await assertRejects(
      () => open(`${path}\0`, "w"),
      RangeError,
      "contains NUL",
    );
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  },
);

fileTest(
  "open() uses the opener, which may take its time (test_opener, test_bad_opener_negative_1, test_opener_invalid_fd)",
  async (path) => {
    await Deno.writeTextFile(path, "egg\n");
    for (const opener of [() => Deno.openSync(path), () => Deno.open(path)]) {
      await using file = await open("non-existent", "r", -1, { opener });
      assertEquals(await file.read(), "egg\n");
      assertEquals(file.name, "non-existent");
    }
    for (const wrong of [-1, null, undefined]) {
      const opener = () => wrong as never;
      await assertRejects(
        () => open(path, "r", -1, { opener }),
        TypeError,
        "the opener gave no open file",
      );
    }
  },
);

fileTest(
  "open() closes the file when something after opening fails (testUnclosedFDOnException)",
  async (path, folder) => {
    const opened: Deno.FsFile[] = [];
    const opener = async (name: string | URL, options: Deno.OpenOptions) => {
      const file = await Deno.open(name, options);
      opened.push(file);
      return file;
    };
    await Deno.writeTextFile(path, "");
    await assertRejects(
      () => open(folder, "r", -1, { opener }),
      Deno.errors.IsADirectory,
    );
    await assertRejects(
      () => open(path, "r", -1, { opener, encoding: "no such codec" }),
      RangeError,
    );
    if (Deno.build.os === "linux") {
      await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
      await assertRejects(
        () => open(`${folder}/fifo`, "rb+", -1, { opener }),
        UnsupportedOperation,
      );
      assertEquals(opened.length, 3);
    }
    for (const file of opened) {
      assertThrows(() => file.close(), Deno.errors.BadResource);
    }
  },
);

fileTest("open() buffers as the file likes it (testBlksize)", async (path) => {
  await Deno.writeFile(path, new Uint8Array(500_000));
  const sizes = async (blksize: number | null, buffering = -1) => {
    const adopted = await Deno.open(path);
    const stat = adopted.statSync.bind(adopted);
    adopted.statSync = () => ({ ...stat(), blksize });
    let asked = 0;
    const read = adopted.read.bind(adopted);
    adopted.read = (target) => {
      asked = target.length;
      return read(target);
    };
    await using file = await open(adopted, "rb", buffering);
    await file.read(1);
    return asked;
  };
  assertEquals(await sizes(4096), 131_072);
  assertEquals(await sizes(null), 131_072);
  assertEquals(await sizes(1 << 20), 1 << 20);
  assertEquals(await sizes(1 << 30), 8 << 20);
  assertEquals(await sizes(4096, 1), 131_072);
  assertEquals(await sizes(4096, 1000), 1000);
});

fileTest(
  "open() refuses everything once the file is closed (test_io_after_close)",
  async (path) => {
    await Deno.writeTextFile(path, "abc");
    for (
      const [mode, buffering] of [
        ["rb", -1],
        ["wb", -1],
        ["rb+", -1],
        ["rb", 0],
        ["ab", 0],
        ["r", -1],
        ["w", -1],
        ["w+", 2],
      ] as const
    ) {
      const file = await open(path, mode as string, buffering);
      await file.close();
      for (
        const method of [
          () => file.flush(),
          () => file.read(),
          () => file.readline(),
          () => file.readlines(),
          () => file.seek(0),
          () => file.tell(),
          () => file.truncate(),
          () =>
            file.write(
              (file instanceof TextIOWrapper ? "" : bytes("")) as never,
            ),
          () => file.writelines([]),
        ]
      ) {
        await assertRejects(method, TypeError);
      }
      assertThrows(() => file.isatty(), TypeError);
      assertThrows(() => file[Symbol.asyncIterator](), TypeError);
    }
  },
);

fileTest(
  "open() refuses the other direction (test_invalid_operations)",
  async (path) => {
    await Deno.writeTextFile(path, "abc");
    for (
      const [mode, buffering] of [["rb", -1], ["rb", 0], ["r", -1]] as const
    ) {
      await using file = await open(path, mode as string, buffering);
      const data = file instanceof TextIOWrapper ? "x" : bytes("x");
      await assertRejects(
        () => file.write(data as never),
        UnsupportedOperation,
      );
      await assertRejects(
        () => file.writelines([data] as never),
        UnsupportedOperation,
      );
    }
    for (
      const [mode, buffering] of [["wb", -1], ["wb", 0], ["w", -1]] as const
    ) {
      await using file = await open(path, mode as string, buffering);
      await assertRejects(() => file.read(1), UnsupportedOperation);
      await assertRejects(() => file.readline(), UnsupportedOperation);
    }
  },
);

fileTest("openCode() opens for reading bytes", async (path) => {
  await Deno.writeTextFile(path, "egg\n");
  await using file = await openCode(path);
  assertInstanceOf(file, BufferedReader);
  assertEquals(text(await file.read()), "egg\n");
});

Deno.test("textEncoding() is what was given, or UTF-8 (test_text_encoding, test_check_encoding_warning)", () => {
  assertEquals(textEncoding(), "utf-8");
  assertEquals(textEncoding(null), "utf-8");
  assertEquals(textEncoding("latin-1"), "latin-1");
});
