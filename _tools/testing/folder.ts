/**
 * A folder with files for the length of a test.
 *
 * @module
 */

/** What is in a folder: text or bytes of files, folders within. */
export interface FolderContent {
  readonly [name: string]: string | Uint8Array | FolderContent;
}

/** A folder that is gone when it is disposed of. */
export class Folder implements AsyncDisposable {
  /** Its path, without symbolic links. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes one. Needs `--allow-write`. */
  static async make(content: FolderContent = {}): Promise<Folder> {
    const path = await Deno.realPath(await Deno.makeTempDir());
    await fill(path, content);
    return new Folder(path);
  }

  /** The path of something in it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function fill(path: string, content: FolderContent): Promise<void> {
  for (const [name, value] of Object.entries(content)) {
    const at = `${path}/${name}`;
    if (typeof value === "string") await Deno.writeTextFile(at, value);
    else if (value instanceof Uint8Array) await Deno.writeFile(at, value);
    else {
      await Deno.mkdir(at);
      await fill(at, value);
    }
  }
}
