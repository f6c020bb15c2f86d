import { SEPARATOR as SEPARATOR_ } from "npm:deno-std@1.4.0/path/constants.js";

export const SEPARATOR: "/" | "\\" = SEPARATOR_;
