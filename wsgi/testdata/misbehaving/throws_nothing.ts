// Throws what is no error.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = () => {
  throw undefined;
};
export default app;

export const expected = errorPage("undefined");
