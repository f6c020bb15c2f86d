/** The page that `sendError` sends: placeholders `%(code)d`, `%(message)s`, `%(explain)s`. */
export const DEFAULT_ERROR_MESSAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%(code)d %(message)s</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 20vh auto 0; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 }
p { margin: .5rem 0; opacity: .75 }
</style>
</head>
<body>
<h1>%(code)d %(message)s</h1>
<p>%(explain)s</p>
</body>
</html>
`;

/** The media type of {@linkcode DEFAULT_ERROR_MESSAGE}. */
export const DEFAULT_ERROR_CONTENT_TYPE = "text/html;charset=utf-8";

/** What an error page is made of; texts are escaped already. */
export interface ErrorPageValues {
  /** The status code. */
  readonly code: number;
  /** The reason phrase. */
  readonly message: string;
  /** What it means. */
  readonly explain: string;
}

/**
 * Fills an error page.
 *
 * @param format A template with Python's placeholders, or a function.
 * @param values What to fill in.
 * @returns The page.
 */
export function formatErrorPage(
  format: string | ((values: ErrorPageValues) => string),
  values: ErrorPageValues,
): string {
  if (typeof format === "function") return format(values);
  return format.replace(
    /%(?:\((code|message|explain)\)[sd]|%)/g,
    (form, name) =>
      form === "%%" ? "%" : String(values[name as keyof ErrorPageValues]),
  );
}

/** Makes text safe between tags; quotes stay, as in Python's error pages. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  );
}
