import { LISTING_SCRIPT } from "./_listing_script.ts";
import { LISTING_STYLE } from "./_listing_style.ts";
import { nodeCrypto } from "./_node_modules.ts";
import { DEFAULT_ERROR_MESSAGE } from "./error_page.ts";

/**
 * What our own pages may do: apply the one style and run the one script that
 * they come with. A hash names these, so a name of a file that became markup
 * after all would still do nothing.
 */

function hashOf(text: string): string {
  const hash = nodeCrypto().createHash("sha256").update(text);
  return `'sha256-${hash.digest("base64")}'`;
}

let ofListings: string | undefined;
let ofErrors: string | undefined;

/** `Content-Security-Policy` of listings. */
export function listingPolicy(): string {
  return ofListings ??= [
    "default-src 'none'",
    `style-src ${hashOf(LISTING_STYLE)}`,
    `script-src ${hashOf(LISTING_SCRIPT)}`,
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join("; ");
}

/** `Content-Security-Policy` of the default error page. */
export function errorPolicy(): string {
  return ofErrors ??= [
    "default-src 'none'",
    `style-src ${hashOf(styleOf(DEFAULT_ERROR_MESSAGE))}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join("; ");
}

function styleOf(page: string): string {
  return /<style>([^]*)<\/style>/.exec(page)![1]!;
}
