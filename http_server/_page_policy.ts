import { createHash } from "node:crypto";
import { LISTING_SCRIPT } from "./_listing_script.ts";
import { LISTING_STYLE } from "./_listing_style.ts";
import { DEFAULT_ERROR_MESSAGE } from "./error_page.ts";

/**
 * What our own pages may do: apply the one style and run the one script that
 * they come with. A hash names these, so a name of a file that became markup
 * after all would still do nothing.
 */

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const errorStyle = /<style>([^]*)<\/style>/.exec(DEFAULT_ERROR_MESSAGE)![1]!;

/** `Content-Security-Policy` of listings. */
export const LISTING_POLICY: string = [
  "default-src 'none'",
  `style-src ${hashOf(LISTING_STYLE)}`,
  `script-src ${hashOf(LISTING_SCRIPT)}`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** `Content-Security-Policy` of the default error page. */
export const ERROR_POLICY: string = [
  "default-src 'none'",
  `style-src ${hashOf(errorStyle)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");
