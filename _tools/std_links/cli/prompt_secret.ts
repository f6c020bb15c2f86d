// The part of the standard library's command line helpers that this package uses, typed.
import { promptSecret as promptSecret_ } from "npm:deno-std@1.4.0/cli/prompt_secret.js";

export const promptSecret: (
  message?: string,
  options?: { mask?: string; clear?: boolean },
) => string | null = promptSecret_;
