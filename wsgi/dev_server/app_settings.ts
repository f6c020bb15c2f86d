// @pure
import type { LimitSettings } from "../../http_server/server_options.ts";

export type { LimitSettings };

/** A folder of files in front of an application. */
export interface StaticFolder {
  /** The path that its URLs begin with, such as `/static/`. */
  readonly url: string;
  /** The folder. */
  readonly directory: string;
}

/** Which application to serve, and how. */
export interface AppSettings {
  /** `./app.ts`, `./app.ts:name` or, with a scheme, what that scheme says. */
  readonly app: string;
  /** Folders of files in front of it; the first that matches a path has it. */
  readonly static?: readonly StaticFolder[];
  /** What it is; found out by default. */
  readonly interface?: "wsgi" | "fetch" | "auto";
  /** Whether it is held to PEP 3333, by `validator`. */
  readonly validate?: boolean;
  /** Hosts that are answered beside those of this machine; any by default. */
  readonly allowedHosts?: readonly string[];
  /** Whether requests are not logged. */
  readonly quiet?: boolean;
  /** Limits of the handlers. */
  readonly limits?: LimitSettings;
  /** What is wrong with it: it is not loaded, and its answers say this. */
  readonly problem?: string;
  /** What schemes need to know, by scheme. */
  readonly schemes?: Readonly<Record<string, unknown>>;
}
