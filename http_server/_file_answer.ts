import { CompressedBody } from "./_compressed_body.ts";
import { FileBody } from "./_file_body.ts";
import type { FileFinder } from "./_file_finder.ts";
import {
  type FilePlan,
  type FilePlanOptions,
  type FileRequest,
  planFile,
  planNotFoundPage,
  VARIANT_SUFFIXES,
  wantedVariants,
} from "./_file_plan.ts";
import { nodeFs } from "./_node_modules.ts";
import type { OpenFile } from "./_open_file.ts";

/** What is sent for a file that was found. */
export interface FileAnswer {
  /** Status and fields; the status is 404 for a page that says so. */
  readonly plan: Omit<FilePlan, "status"> & { readonly status: number };
  /** What GET gets; `null` if there is nothing to send. */
  readonly body: FileBody | CompressedBody | null;
}

/** A file that was found, and what is known of it. */
export interface FoundFile {
  /** The open file; the answer closes it. */
  readonly file: OpenFile;
  /** Where it was found. */
  readonly path: string;
  /** 404 for the page that says that there is nothing. */
  readonly status: 200 | 404;
  /** What to say in `Content-Type`. */
  readonly contentType: string;
}

/**
 * Plans the answer for a file and opens what it sends.
 *
 * @param request Method and fields.
 * @param found The file.
 * @param finder Where its ready-made encodings are looked for.
 * @param options What the server wants.
 */
export function answerFile(
  request: FileRequest,
  found: FoundFile,
  finder: FileFinder,
  options: FilePlanOptions,
): FileAnswer {
  const { file, path, contentType } = found;
  const open: OpenFile[] = [file];
  let sent: OpenFile | undefined;
  try {
    const variants = new Map<string, OpenFile>();
    for (const coding of wantedVariants(request, contentType, options)) {
      const name = path + VARIANT_SUFFIXES.get(coding);
      // There is hardly ever one, and an error costs ten times this question.
      if (!nodeFs().existsSync(name)) continue;
      const beside = finder.lookUp(name);
      if (beside.kind !== "file") continue;
      open.push(beside.file);
      // One that was made before the file was edited is of another text.
      if (beside.file.mtime >= file.mtime) variants.set(coding, beside.file);
    }
    const facts = { file, contentType, variants };
    const plan = found.status === 200
      ? planFile(request, facts, options)
      : planNotFoundPage(request, facts, options);
    if (request.method === "HEAD" || plan.parts.length === 0) {
      return { plan, body: null };
    }
    sent = plan.variant === null ? file : variants.get(plan.variant)!;
    const body = new FileBody(sent, plan.parts);
    return {
      plan,
      body: plan.compression === null
        ? body
        : new CompressedBody(body, plan.compression, file.size),
    };
  } finally {
    for (const each of open) if (each !== sent) each.close();
  }
}
