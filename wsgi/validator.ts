import type {
  HeaderList,
  StartResponse,
  WSGIApplication,
  WSGIEnvironment,
} from "./types.ts";
import {
  assert_,
  checkContentType,
  checkEnviron,
  checkExcInfo,
  checkHeaders,
  checkIterator,
  checkStatus,
} from "./validate_checks.ts";
import {
  ErrorWrapper,
  InputWrapper,
  IteratorWrapper,
  WriteWrapper,
} from "./validate_wrappers.ts";

/**
 * Checks that an application and its server keep to PEP 3333: Python's
 * `wsgiref.validate.validator`. It stands between the two, for as long as they
 * are tested.
 *
 * The first broken rule is an `AssertionError` for whom it concerns; softer
 * points are warnings on the console. The length of the body is hidden, so no
 * server adds a Content-Length.
 *
 * @param application The application.
 * @returns An application that checks and does the same.
 *
 * @example Finds a missing type
 * ```ts
 * import { setupTestingDefaults, validator } from "@pystd/server/wsgi";
 * import { AssertionError, assertRejects } from "@std/assert";
 *
 * const app = validator((_environ, startResponse) => {
 *   startResponse("200 OK", []);
 *   return [];
 * });
 * await assertRejects(
 *   async () => await app(setupTestingDefaults(), () => () => Promise.resolve()),
 *   AssertionError,
 *   "has a Content-Type",
 * );
 * ```
 */
export function validator(application: WSGIApplication): WSGIApplication {
  return async (...args: unknown[]) => {
    assert_(args.length === 2, "An application takes two arguments");
    const [environ, startResponse] = args as [WSGIEnvironment, StartResponse];
    checkEnviron(environ);
    assert_(
      typeof startResponse === "function",
      "The second argument begins the answer",
    );
    let started = false;
    const start = (...given: unknown[]) => {
      assert_(
        given.length === 2 || given.length === 3,
        "An answer is begun with two or three arguments",
      );
      const [status, headers, excInfo] = given;
      checkStatus(status);
      checkHeaders(headers);
      checkContentType(status as string, headers as HeaderList);
      checkExcInfo(excInfo);
      started = true;
      const write = startResponse(
        status as string,
        headers as HeaderList,
        excInfo,
      );
      const writer = new WriteWrapper(write);
      return (data: Uint8Array) => writer.write(data);
    };
    environ["wsgi.input"] = new InputWrapper(environ["wsgi.input"]);
    environ["wsgi.errors"] = new ErrorWrapper(environ["wsgi.errors"]);
    const body = await application(environ, start);
    checkIterator(body);
    return new IteratorWrapper(body, () => started);
  };
}
