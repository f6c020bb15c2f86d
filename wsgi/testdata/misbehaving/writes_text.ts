// Writes what is no block, and does not wait to hear of it.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  const write = startResponse("200 OK", []);
  write("text" as unknown as Uint8Array);
  return [];
};
export default app;

export const expected = errorPage("a block of the body is a Uint8Array");
