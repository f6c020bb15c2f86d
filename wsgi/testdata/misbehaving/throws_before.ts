// Throws before it begins an answer: there is a page for that.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = () => {
  throw new Error("a secret");
};
export default app;

export const expected = errorPage("Error: a secret\n    at app (");
