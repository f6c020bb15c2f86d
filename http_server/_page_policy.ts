/**
 * What our own pages may do: apply the one style and run the one script that
 * they come with. A hash names these, so a name of a file that became markup
 * after all would still do nothing. They are written down, and tested, since
 * to load what makes them takes as long as the rest of a listing.
 */
const STYLE_OF_LISTINGS =
  "'sha256-6AcCPhGnVjGGl3ah5StTg0fXpwSNPUU3w9nf+9Js8cw='";
const SCRIPT_OF_LISTINGS =
  "'sha256-OHSh9snv7Bu0Df88j557pDtYo2dtBl3v0sZhfUw9HN8='";
const STYLE_OF_ERRORS = "'sha256-HDsLGpP36lIjwq+kUtUBxmYAPTpEnJ+Jibmev90/PpA='";

/** `Content-Security-Policy` of listings. */
export const LISTING_POLICY: string = [
  "default-src 'none'",
  `style-src ${STYLE_OF_LISTINGS}`,
  `script-src ${SCRIPT_OF_LISTINGS}`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** `Content-Security-Policy` of the default error page. */
export const ERROR_POLICY: string = [
  "default-src 'none'",
  `style-src ${STYLE_OF_ERRORS}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");
