import type { ErrorStream } from "./types.ts";

const utf8 = new TextEncoder();

/** The standard error of the process: lines leave whole and in order. */
export const standardError: ErrorStream = {
  write(text: string): number {
    const bytes = utf8.encode(text);
    let written = 0;
    while (written < bytes.length) {
      written += Deno.stderr.writeSync(bytes.subarray(written));
    }
    return text.length;
  },
  writelines(lines: Iterable<string>): void {
    for (const line of lines) this.write(line);
  },
  flush(): void {},
};
