// @pure
import { percentEncodeSegment } from "./protocol/mod.ts";

/** A file or folder in a listing. */
export interface ListingEntry {
  /** Its name, without slash. */
  readonly name: string;
  /** What it is, links resolved. */
  readonly kind: "file" | "directory";
  /** Whether it is a symbolic link. */
  readonly link: boolean;
  /** Bytes of a file, `null` for a folder. */
  readonly size: number | null;
  /** Time of its last modification in milliseconds since the epoch, if known. */
  readonly mtime: number | null;
}

/** Makes the page. */
export function formatListing(
  title: string,
  entries: readonly ListingEntry[],
): string {
  const rows = entries.map(({ name, kind }) => {
    const slash = kind === "directory" ? "/" : "";
    return `<li><a href="${percentEncodeSegment(name)}${slash}">${
      escape(name)
    }${slash}</a></li>`;
  });
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Directory listing for ${
    escape(title)
  }</title></head>
<body><h1>Directory listing for ${escape(title)}</h1><ul>
${rows.join("\n")}
</ul></body></html>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  ).replaceAll('"', "&quot;");
}
