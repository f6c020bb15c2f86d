// Returns a body and begins no answer.
import { errorPage } from "../expected.ts";
import type { WSGIApplication } from "../../types.ts";

const app: WSGIApplication = () => [new TextEncoder().encode("four")];
export default app;

export const expected = errorPage("startResponse was not called");
