import type { WSGIApplication } from "../types.ts";

/** An application that was loaded. */
export interface LoadedApp {
  /** The application. */
  readonly application: WSGIApplication;
  /** What it is, for who has started the server: `a WSGI application`. */
  readonly found: string;
  /** Releases what it holds. */
  readonly close?: () => void | Promise<void>;
}

/** How applications are found whose name begins with a scheme. */
export interface AppScheme {
  /**
   * Loads an application.
   *
   * @param name What stands behind the scheme and its colon.
   * @param settings What the command line has said for the scheme.
   * @throws {AppError} If it cannot be loaded, with the reason.
   */
  load(name: string, settings: unknown): Promise<LoadedApp>;
  /** Which files of such folders concern it, as a pattern; all by default. */
  readonly sources?: string;
  /**
   * The files and folders whose changes concern it; asked once.
   *
   * @param name What stands behind the scheme and its colon.
   * @param settings What the command line has said for the scheme.
   */
  watched(
    this: void,
    name: string,
    settings: unknown,
  ): Promise<readonly string[]>;
}
