// The part of the standard library's media types that this package uses, typed.
import { typeByExtension as typeByExtension_ } from "npm:deno-std@1.4.0/media_types/type_by_extension.js";

export const typeByExtension: (extension: string) => string | undefined =
  typeByExtension_;
