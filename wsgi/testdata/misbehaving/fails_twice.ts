// Fails when it is asked for a block, and again when it is closed.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = (_environ, startResponse) => {
  startResponse("200 OK", []);
  return {
    [Symbol.iterator]: () => ({
      next() {
        throw new Error("the first secret");
      },
    }),
    close() {
      throw new Error("the second secret");
    },
  };
};
export default app;

export const expected = errorPage("Error: the first secret");
