// @pure
/**
 * What to answer to a request for a file: one decision, made of values alone.
 * Whoever sends it, over a socket or as a `Response`, sends the same.
 *
 * @module
 */

import {
  type BodyPart,
  clampLastModified,
  evaluatePreconditions,
  type FieldLookup,
  Fields,
  fileEntityTag,
  type FileVersion,
  formatContentRange,
  formatHttpDate,
  formatUnsatisfiedRange,
  isCompressible,
  multipartByteranges,
  negotiateEncoding,
  parseRange,
} from "./protocol/mod.ts";

/** A name and a value. */
export type Field = readonly [name: string, value: string];

/** The part of a request that the plan depends on. */
export interface FileRequest {
  /** GET or HEAD. */
  readonly method: string;
  /** The request's fields. */
  readonly fields: FieldLookup;
}

/** The file, as it was found. */
export interface FileFacts {
  /** Size, modification time and inode number of the open file. */
  readonly file: FileVersion;
  /** What to say in `Content-Type`. */
  readonly contentType: string;
  /** Ready-made encodings of it, by content coding. */
  readonly variants?: ReadonlyMap<string, FileVersion>;
}

/** What the server wants. */
export interface FilePlanOptions {
  /** What to say in `Cache-Control`, if anything. */
  readonly cacheControl: string | null;
  /** Whether encodings are offered, ready-made ones and others. */
  readonly compress: boolean;
  /** Whether there are entity tags. Without them conditions on them are no conditions, as in Python. */
  readonly entityTags: boolean;
  /** Further fields for answers with content. */
  readonly extraFields: Iterable<Field>;
  /** Makes what separates the parts of several ranges. */
  readonly boundary: () => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Content codings that are made while a file is sent. */
export type Compression = "br" | "gzip";

/** What to send. */
export interface FilePlan {
  /** The status code. */
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** The fields, `Content-Length` included. */
  readonly fields: readonly Field[];
  /** Which of the variants is sent; `null` for the file itself. */
  readonly variant: string | null;
  /** How what is read is to be encoded on the way. */
  readonly compression: Compression | null;
  /** What to send, one after the other; for HEAD what GET would get. */
  readonly parts: readonly BodyPart[];
  /** Bytes of all parts, `null` if that shows only while they are encoded. */
  readonly length: number | null;
}

/** Ready-made encodings that are looked for, the smallest first, and their names' ends. */
export const VARIANT_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ["br", ".br"],
  ["zstd", ".zst"],
  ["gzip", ".gz"],
]);

const COMPRESSIONS: readonly Compression[] = ["br", "gzip"];

/** Below, the head outweighs what is saved. nginx begins at 20 bytes, Apache at 0, caddy at 512. */
const SMALLEST_COMPRESSED = 1024;

/**
 * Which ready-made encodings this client would take: only those need to be
 * looked for.
 *
 * @returns Content codings, the best first.
 */
export function wantedVariants(
  request: FileRequest,
  contentType: string,
  { compress }: Pick<FilePlanOptions, "compress">,
): string[] {
  if (!compress || !mayEncode(request) || !isCompressible(contentType)) {
    return [];
  }
  const accepted = look(request, "Accept-Encoding");
  if (accepted === null) return [];
  return [...VARIANT_SUFFIXES.keys()].filter((coding) =>
    negotiateEncoding(accepted, [coding]) === coding
  );
}

/**
 * Decides about a request for a file that exists.
 *
 * @param request Method and fields.
 * @param facts The file.
 * @param options What the server wants.
 * @returns Status, fields and the bytes to send.
 */
export function planFile(
  request: FileRequest,
  facts: FileFacts,
  options: FilePlanOptions,
): FilePlan {
  const { now } = options;
  const { file, variant, compression } = represent(request, facts, options);
  const coding = variant ?? compression;
  const etag = options.entityTags
    ? fileEntityTag(file, { coding, now, weak: compression !== null })
    : null;
  const lastModified = clampLastModified(file.mtime, now);

  const fields: Field[] = [];
  if (etag !== null) fields.push(["ETag", etag]);
  if (lastModified !== null) {
    fields.push(["Last-Modified", formatHttpDate(lastModified)]);
  }
  if (options.cacheControl !== null) {
    fields.push(["Cache-Control", options.cacheControl]);
  }
  if (options.compress && isCompressible(facts.contentType)) {
    fields.push(["Vary", "Accept-Encoding"]);
  }

  const verdict = evaluatePreconditions({
    method: request.method,
    fields: options.entityTags ? request.fields : withoutTags(request.fields),
    etag,
    lastModified,
    now,
  });
  if (verdict.status !== 200) {
    if (verdict.status === 412) fields.push(["Content-Length", "0"]);
    return nothing(verdict.status, fields);
  }

  const { size } = file;
  if (coding === null) fields.push(["Accept-Ranges", "bytes"]);
  else fields.push(["Content-Encoding", coding]);
  const range = parseRange(verdict.range ? look(request, "Range") : null, size);
  if (range.kind === "unsatisfiable") {
    fields.push(["Content-Range", formatUnsatisfiedRange(size)]);
    fields.push(["Content-Length", "0"]);
    return nothing(416, fields);
  }
  if (range.kind === "ranges" && range.ranges.length > 1) {
    const { contentType, contentLength, parts } = multipartByteranges({
      ranges: range.ranges,
      size,
      mediaType: facts.contentType,
      boundary: options.boundary(),
    });
    return content(206, contentType, contentLength, parts);
  }
  if (range.kind === "ranges") {
    const [{ start, end }] = range.ranges as [{ start: number; end: number }];
    fields.push(["Content-Range", formatContentRange({ start, end }, size)]);
    return content(206, facts.contentType, end - start + 1, [
      { kind: "slice", start, end },
    ]);
  }
  return content(
    200,
    facts.contentType,
    compression === null ? size : null,
    size === 0 ? [] : [{ kind: "slice", start: 0, end: size - 1 }],
  );

  function content(
    status: 200 | 206,
    contentType: string,
    length: number | null,
    parts: readonly BodyPart[],
  ): FilePlan {
    fields.push(["Content-Type", contentType]);
    if (length !== null) fields.push(["Content-Length", String(length)]);
    fields.push(...options.extraFields);
    return { status, fields, variant, compression, parts, length };
  }
}

/** A file that is sent in place of one that is not there. */
export interface NotFoundPlan extends Omit<FilePlan, "status"> {
  /** The status code. */
  readonly status: 404;
}

/**
 * Decides how a page is sent that says that there is nothing. No condition and
 * no range applies to it (RFC 9110 section 13.2.1), and it has no validators:
 * what they would be compared with is not there.
 */
export function planNotFoundPage(
  request: FileRequest,
  facts: FileFacts,
  options: FilePlanOptions,
): NotFoundPlan {
  const accepted = look(request, "Accept-Encoding");
  const fields = new Fields(
    accepted === null ? [] : [["Accept-Encoding", accepted]],
  );
  const plan = planFile({ method: request.method, fields }, facts, {
    ...options,
    entityTags: false,
    extraFields: [],
  });
  const kept = plan.fields.filter(([name]) =>
    name !== "Last-Modified" && name !== "Accept-Ranges"
  );
  return { ...plan, status: 404, fields: kept };
}

/** Which bytes stand for the file: its own, a ready-made encoding, or one to be made. */
function represent(
  request: FileRequest,
  { file, contentType, variants }: FileFacts,
  { compress }: FilePlanOptions,
): {
  file: FileVersion;
  variant: string | null;
  compression: Compression | null;
} {
  const own = { file, variant: null, compression: null };
  if (!compress || !mayEncode(request) || !isCompressible(contentType)) {
    return own;
  }
  const accepted = look(request, "Accept-Encoding");
  if (accepted === null) return own;
  const variant = negotiateEncoding(accepted, [...variants?.keys() ?? []]);
  const ready = variants?.get(variant ?? "");
  if (ready) return { file: ready, variant, compression: null };
  const compression = chooseCompression(request, file.size, contentType, {
    compress,
  });
  return { file, variant: null, compression };
}

/**
 * How content is to be compressed while it is sent.
 *
 * @param request Method and fields.
 * @param size Bytes of the content.
 * @param contentType Its type.
 * @returns The coding, or `null` to send it as it is.
 */
export function chooseCompression(
  request: FileRequest,
  size: number,
  contentType: string,
  { compress }: Pick<FilePlanOptions, "compress">,
): Compression | null {
  if (
    !compress || size < SMALLEST_COMPRESSED || !mayEncode(request) ||
    !isCompressible(contentType)
  ) return null;
  const coding = negotiateEncoding(
    look(request, "Accept-Encoding"),
    COMPRESSIONS,
  );
  return COMPRESSIONS.find((name) => name === coding) ?? null;
}

/**
 * A range counts the bytes of one encoding. Clients that resume a download
 * mean those that they would have got without one.
 */
function mayEncode(request: FileRequest): boolean {
  return request.method !== "GET" || look(request, "Range") === null;
}

function nothing(
  status: 304 | 412 | 416,
  fields: readonly Field[],
): FilePlan {
  return {
    status,
    fields,
    variant: null,
    compression: null,
    parts: [],
    length: 0,
  };
}

/** Conditions on entity tags for a server without: they hold, and outrank dates. */
function withoutTags(fields: FieldLookup): FieldLookup {
  return {
    get(name: string): string | null {
      const value = look({ fields }, name);
      if (name === "If-Match") return null;
      return name === "If-None-Match" && value !== null ? "" : value;
    },
  };
}

/** The value of a field, duplicates joined. */
export function look(
  { fields }: Pick<FileRequest, "fields">,
  name: string,
): string | null {
  return fields.getJoined ? fields.getJoined(name) : fields.get(name);
}
