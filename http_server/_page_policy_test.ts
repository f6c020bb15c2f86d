import { assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { LISTING_SCRIPT } from "./_listing_script.ts";
import { LISTING_STYLE } from "./_listing_style.ts";
import { ERROR_POLICY, LISTING_POLICY } from "./_page_policy.ts";
import { DEFAULT_ERROR_MESSAGE } from "./error_page.ts";

function source(directive: string, text: string): string {
  const hash = createHash("sha256").update(text).digest("base64");
  return `${directive} 'sha256-${hash}'`;
}

Deno.test("the policy of listings names their style and their script as they are", () => {
  assertStringIncludes(LISTING_POLICY, source("style-src", LISTING_STYLE));
  assertStringIncludes(LISTING_POLICY, source("script-src", LISTING_SCRIPT));
});

Deno.test("the policy of error pages names their style as it is", () => {
  const [, style] = /<style>([^]*)<\/style>/.exec(DEFAULT_ERROR_MESSAGE)!;
  assertStringIncludes(ERROR_POLICY, source("style-src", style!));
});
