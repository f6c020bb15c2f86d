import { assert, assertEquals, assertThrows } from "@std/assert";
import { HTTPStatus, responses, statusAllowsContent } from "./status.ts";

// Number, name and phrase of every status that Python 3.15 lists.
const PYTHON = `
100 CONTINUE Continue
101 SWITCHING_PROTOCOLS Switching Protocols
102 PROCESSING Processing
103 EARLY_HINTS Early Hints
200 OK OK
201 CREATED Created
202 ACCEPTED Accepted
203 NON_AUTHORITATIVE_INFORMATION Non-Authoritative Information
204 NO_CONTENT No Content
205 RESET_CONTENT Reset Content
206 PARTIAL_CONTENT Partial Content
207 MULTI_STATUS Multi-Status
208 ALREADY_REPORTED Already Reported
226 IM_USED IM Used
300 MULTIPLE_CHOICES Multiple Choices
301 MOVED_PERMANENTLY Moved Permanently
302 FOUND Found
303 SEE_OTHER See Other
304 NOT_MODIFIED Not Modified
305 USE_PROXY Use Proxy
307 TEMPORARY_REDIRECT Temporary Redirect
308 PERMANENT_REDIRECT Permanent Redirect
400 BAD_REQUEST Bad Request
401 UNAUTHORIZED Unauthorized
402 PAYMENT_REQUIRED Payment Required
403 FORBIDDEN Forbidden
404 NOT_FOUND Not Found
405 METHOD_NOT_ALLOWED Method Not Allowed
406 NOT_ACCEPTABLE Not Acceptable
407 PROXY_AUTHENTICATION_REQUIRED Proxy Authentication Required
408 REQUEST_TIMEOUT Request Timeout
409 CONFLICT Conflict
410 GONE Gone
411 LENGTH_REQUIRED Length Required
412 PRECONDITION_FAILED Precondition Failed
413 CONTENT_TOO_LARGE Content Too Large
414 URI_TOO_LONG URI Too Long
415 UNSUPPORTED_MEDIA_TYPE Unsupported Media Type
416 RANGE_NOT_SATISFIABLE Range Not Satisfiable
417 EXPECTATION_FAILED Expectation Failed
418 IM_A_TEAPOT I'm a Teapot
421 MISDIRECTED_REQUEST Misdirected Request
422 UNPROCESSABLE_CONTENT Unprocessable Content
423 LOCKED Locked
424 FAILED_DEPENDENCY Failed Dependency
425 TOO_EARLY Too Early
426 UPGRADE_REQUIRED Upgrade Required
428 PRECONDITION_REQUIRED Precondition Required
429 TOO_MANY_REQUESTS Too Many Requests
431 REQUEST_HEADER_FIELDS_TOO_LARGE Request Header Fields Too Large
451 UNAVAILABLE_FOR_LEGAL_REASONS Unavailable For Legal Reasons
500 INTERNAL_SERVER_ERROR Internal Server Error
501 NOT_IMPLEMENTED Not Implemented
502 BAD_GATEWAY Bad Gateway
503 SERVICE_UNAVAILABLE Service Unavailable
504 GATEWAY_TIMEOUT Gateway Timeout
505 HTTP_VERSION_NOT_SUPPORTED HTTP Version Not Supported
506 VARIANT_ALSO_NEGOTIATES Variant Also Negotiates
507 INSUFFICIENT_STORAGE Insufficient Storage
508 LOOP_DETECTED Loop Detected
510 NOT_EXTENDED Not Extended
511 NETWORK_AUTHENTICATION_REQUIRED Network Authentication Required
`.trim().split("\n").map((line) => {
  const [, code, name, phrase] = /^(\d+) (\w+) (.+)$/.exec(line)!;
  return { code: Number(code), name: name!, phrase: phrase! };
});

// Compiles only while the members are literal types.
const notFound: 404 = HTTPStatus.NOT_FOUND;

Deno.test("HTTPStatus has every member with value, name, phrase and description (test_dir_with_added_behavior_on_status, test_simple_httpstatus)", () => {
  assertEquals(notFound, 404);
  assertEquals([...HTTPStatus], PYTHON.map(({ code }) => code));
  for (const { code, name, phrase } of PYTHON) {
    assertEquals(Reflect.get(HTTPStatus, name), code);
    assertEquals<string>(HTTPStatus.nameOf(code), name);
    assertEquals(HTTPStatus.phrase(code), phrase);
    assert(HTTPStatus.description(code) !== "", name);
    assertEquals<number>(HTTPStatus.from(code), code);
  }
  assert(Object.isFrozen(HTTPStatus));
});

Deno.test("HTTPStatus lies in 100 to 599 (test_httpstatus_range)", () => {
  for (const code of HTTPStatus) assert(code >= 100 && code <= 599);
});

Deno.test("HTTPStatus puts every member into one class (test_httpstatus_category)", () => {
  const predicates = [
    HTTPStatus.isInformational,
    HTTPStatus.isSuccess,
    HTTPStatus.isRedirection,
    HTTPStatus.isClientError,
    HTTPStatus.isServerError,
  ];
  for (const code of HTTPStatus) {
    assertEquals(
      predicates.map((predicate) => predicate(code)),
      [1, 2, 3, 4, 5].map((digit) => Math.floor(code / 100) === digit),
    );
  }
  for (const code of [99, 600, NaN]) {
    assert(!predicates.some((predicate) => predicate(code)));
  }
});

Deno.test("HTTPStatus knows older names, which are no members of their own (test_client_constants)", () => {
  assertEquals(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, 413);
  assertEquals(HTTPStatus.REQUEST_URI_TOO_LONG, 414);
  assertEquals(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 416);
  assertEquals(HTTPStatus.UNPROCESSABLE_ENTITY, 422);
  assertEquals(HTTPStatus.nameOf(413), "CONTENT_TOO_LARGE");
});

Deno.test("HTTPStatus.from() refuses unlisted codes, the texts are empty for them", () => {
  for (const code of [104, 306, 419, 420, 430, 440, 509, 999, 404.5]) {
    assertThrows(() => HTTPStatus.from(code), RangeError, `"${code}"`);
    assertEquals(HTTPStatus.phrase(code), "");
    assertEquals(HTTPStatus.description(code), "");
    assertEquals(HTTPStatus.nameOf(code), "");
  }
});

Deno.test("responses has phrase and description of every member (test_responses)", () => {
  assertEquals(Object.keys(responses).map(Number), [...HTTPStatus]);
  for (const code of HTTPStatus) {
    assertEquals(responses[code], [
      HTTPStatus.phrase(code),
      HTTPStatus.description(code),
    ]);
  }
  assertEquals(Reflect.get(responses, "constructor"), undefined);
  assert(Object.isFrozen(responses) && Object.isFrozen(responses[200]));
});

Deno.test("statusAllowsContent() is false for 1xx, 204, 205 and 304", () => {
  const without = [...HTTPStatus].filter((code) => !statusAllowsContent(code));
  assertEquals<number[]>(without, [100, 101, 102, 103, 204, 205, 304]);
  assert(statusAllowsContent(999));
});
