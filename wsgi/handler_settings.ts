import { encodeLatin1 } from "../socketserver/io/mod.ts";
import { FileWrapper } from "./file_wrapper.ts";
import { Headers } from "./headers.ts";
import { type OsEnviron, osEnviron } from "./read_environ.ts";
import type { HeaderList } from "./types.ts";

/** What a `BaseHandler` tells applications and clients: fields for subclasses to set. */
export abstract class HandlerSettings {
  /** `wsgi.version`. */
  wsgiVersion: readonly [number, number] = WSGI_VERSION;
  /** `wsgi.multithread`. */
  wsgiMultithread = true;
  /** `wsgi.multiprocess`. */
  wsgiMultiprocess = true;
  /** `wsgi.run_once`. */
  wsgiRunOnce = false;

  /** Whether the answer goes to a client, not to a server that completes it. */
  originServer = true;
  /** The version in the status line. */
  httpVersion = "1.1";
  /** What `Server` says; `null` for no such field. */
  serverSoftware: string | null = null;
  /** Base of each environment; the process's own if all of it may be read. */
  osEnviron: OsEnviron = osEnviron();
  /** `wsgi.file_wrapper`; `null` for none. */
  wsgiFileWrapper: typeof FileWrapper | null = FileWrapper;
  /** What holds the fields of the answer. */
  headersClass: typeof Headers = Headers;

  /** Lines of a stack that are logged; `null` for all. */
  tracebackLimit: number | null = null;
  /** Status of the page that tells of an error. */
  errorStatus = "500 Internal Server Error";
  /** Its fields. */
  errorHeaders: Readonly<HeaderList> = ERROR_HEADERS;
  /** Its body. */
  errorBody: Uint8Array = ERROR_BODY;
}

const WSGI_VERSION: readonly [number, number] = Object.freeze([1, 0]);

const ERROR_HEADERS: Readonly<HeaderList> = [["Content-Type", "text/plain"]];

const ERROR_BODY = encodeLatin1(
  "A server error occurred.  Please contact the administrator.",
);
