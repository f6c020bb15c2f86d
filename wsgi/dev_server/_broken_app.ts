import {
  DEFAULT_ERROR_MESSAGE,
  escapeHtml,
  formatErrorPage,
} from "../../http_server/mod.ts";
import type { WSGIApplication } from "../types.ts";

/**
 * Stands in for an application that cannot be loaded: answers everything with
 * a page that says why.
 *
 * @param problem What is wrong.
 * @returns An application.
 */
export function brokenApp(problem: string): WSGIApplication {
  const page = new TextEncoder().encode(
    formatErrorPage(DEFAULT_ERROR_MESSAGE, {
      code: 500,
      message: "Internal Server Error",
      explain: `${escapeHtml(problem)}. It is tried again when a file changes.`,
    }),
  );
  return (_environ, startResponse) => {
    startResponse("500 Internal Server Error", [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Length", String(page.length)],
      ["Cache-Control", "no-store"],
    ]);
    return [page];
  };
}
