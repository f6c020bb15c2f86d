// Begins two answers.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", [["X-First", "yes"]]);
  startResponse("404 Not Found", []);
  return [];
};
export default app;

export const expected = errorPage("Cannot start an answer twice");
