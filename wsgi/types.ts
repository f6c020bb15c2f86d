/**
 * What an application and its server give each other (PEP 3333): Python's
 * `wsgiref.types`. Everything that takes time may be awaited.
 *
 * @module
 */

/**
 * A request, fresh for each one; the application owns it and may change it.
 * Texts hold one character per byte, as in Python: `wsgiDecode` reads them.
 */
export interface WSGIEnvironment {
  /** Fields of the request as `HTTP_*`, and whatever servers and middleware add. */
  [key: string]: unknown;
  /** The method. */
  REQUEST_METHOD: string;
  /** The part of the path that led to the application. */
  SCRIPT_NAME: string;
  /** The rest of the path, decoded. */
  PATH_INFO: string;
  /** What follows the `?`, not decoded. */
  QUERY_STRING: string;
  /** Host of the server. */
  SERVER_NAME: string;
  /** Port of the server, as text. */
  SERVER_PORT: string;
  /** Such as `HTTP/1.1`. */
  SERVER_PROTOCOL: string;
  /** Media type of the body, if the request tells. */
  CONTENT_TYPE?: string;
  /** Bytes of the body, if that is known. */
  CONTENT_LENGTH?: string;
  /** The version of this interface. */
  "wsgi.version": readonly [number, number];
  /** `http` or `https`. */
  "wsgi.url_scheme": string;
  /** The body of the request. */
  "wsgi.input": InputStream;
  /** The server's log. */
  "wsgi.errors": ErrorStream;
  /** Whether the application may be called again while it works. */
  "wsgi.multithread": boolean;
  /** Whether other processes may call it at the same time. */
  "wsgi.multiprocess": boolean;
  /** Whether this process serves one request only. */
  "wsgi.run_once": boolean;
  /** Sends a file, perhaps faster than the application could. */
  "wsgi.file_wrapper"?: FileWrapperFactory;
  /** Whether `wsgi.input` ends where the body ends, chunked ones included. */
  "wsgi.input_terminated"?: boolean;
}

/** `wsgi.input`: the body, which ends where the request ends. */
export interface InputStream {
  /** Reads up to `size` bytes, fewer only at the end; all without a size. */
  read(size?: number | null): Promise<Uint8Array>;
  /** Reads a line with its end, cut at `size` bytes. */
  readline(size?: number | null): Promise<Uint8Array>;
  /** Reads lines until they have `hint` bytes. */
  readlines(hint?: number | null): Promise<Uint8Array[]>;
  /** Goes through the lines. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
}

/** `wsgi.errors`: lines for the log. */
export interface ErrorStream {
  /** Adds text. */
  write(text: string): unknown;
  /** Adds several texts. */
  writelines(lines: Iterable<string>): unknown;
  /** Sees to it that all of it is written. */
  flush(): unknown;
}

/** What {@linkcode FileWrapperFactory} reads from. */
export interface ReadableFile {
  /** Reads up to `size` bytes; none at the end. */
  read(size: number): Uint8Array | Promise<Uint8Array>;
  /** Called when the answer has ended. */
  close?(): unknown;
}

/** `wsgi.file_wrapper`: makes a body out of a file. */
export type FileWrapperFactory = (
  file: ReadableFile | ReadableStream<Uint8Array> | Deno.FsFile,
  blockSize?: number,
) => WSGIResult;

/** Fields of an answer, in their order. */
export type HeaderList = [name: string, value: string][];

/** What went wrong: Python's `exc_info`, its type first and a stack last. */
export type ExcInfo =
  | Error
  | readonly [type: unknown, error: unknown, stack: unknown];

/** Sends a block of the body; an older way than returning blocks. */
export type Write = (data: Uint8Array) => Promise<void>;

/**
 * Begins an answer. Nothing is sent before the first block, so that an
 * application which fails meanwhile can call it again, with the error.
 */
export type StartResponse = (
  status: string,
  headers: HeaderList,
  excInfo?: ExcInfo | null,
) => Write;

/** A body: blocks one after the other. `close()` is called once, in any case. */
export type WSGIResult =
  & (Iterable<Uint8Array> | AsyncIterable<Uint8Array>)
  & { close?(): unknown };

/**
 * An application: called with a request, begins the answer and returns its
 * body, at once or later. Arrays, generators, async generators and readable
 * streams are bodies.
 */
export type WSGIApplication = (
  environ: WSGIEnvironment,
  startResponse: StartResponse,
) => WSGIResult | Promise<WSGIResult>;
