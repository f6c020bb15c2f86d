// Throws behind startResponse, but before the first block: nothing was sent.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = async function* (_environ, startResponse) {
  startResponse("200 OK", [["X-Secret", "yes"]]);
  yield new Uint8Array(0);
  await null;
  throw new Error("a secret");
};
export default app;

export const expected = errorPage("Error: a secret\n    at app (");
