/**
 * The registry behind `status.ts`: data and its types.
 */

/** The codes by name: what can be read off {@linkcode HTTPStatus}. */
export interface HTTPStatusCodes {
  /** Continue (RFC 9110 section 15.2.1). */
  readonly CONTINUE: 100;
  /** Switching Protocols (RFC 9110 section 15.2.2). */
  readonly SWITCHING_PROTOCOLS: 101;
  /** Processing (RFC 2518). */
  readonly PROCESSING: 102;
  /** Early Hints (RFC 8297). */
  readonly EARLY_HINTS: 103;
  /** OK (RFC 9110 section 15.3.1). */
  readonly OK: 200;
  /** Created (RFC 9110 section 15.3.2). */
  readonly CREATED: 201;
  /** Accepted (RFC 9110 section 15.3.3). */
  readonly ACCEPTED: 202;
  /** Non-Authoritative Information (RFC 9110 section 15.3.4). */
  readonly NON_AUTHORITATIVE_INFORMATION: 203;
  /** No Content (RFC 9110 section 15.3.5). */
  readonly NO_CONTENT: 204;
  /** Reset Content (RFC 9110 section 15.3.6). */
  readonly RESET_CONTENT: 205;
  /** Partial Content (RFC 9110 section 15.3.7). */
  readonly PARTIAL_CONTENT: 206;
  /** Multi-Status (RFC 4918). */
  readonly MULTI_STATUS: 207;
  /** Already Reported (RFC 5842). */
  readonly ALREADY_REPORTED: 208;
  /** IM Used (RFC 3229). */
  readonly IM_USED: 226;
  /** Multiple Choices (RFC 9110 section 15.4.1). */
  readonly MULTIPLE_CHOICES: 300;
  /** Moved Permanently (RFC 9110 section 15.4.2). */
  readonly MOVED_PERMANENTLY: 301;
  /** Found (RFC 9110 section 15.4.3). */
  readonly FOUND: 302;
  /** See Other (RFC 9110 section 15.4.4). */
  readonly SEE_OTHER: 303;
  /** Not Modified (RFC 9110 section 15.4.5). */
  readonly NOT_MODIFIED: 304;
  /** Use Proxy (RFC 9110 section 15.4.6). */
  readonly USE_PROXY: 305;
  /** Temporary Redirect (RFC 9110 section 15.4.8). */
  readonly TEMPORARY_REDIRECT: 307;
  /** Permanent Redirect (RFC 9110 section 15.4.9). */
  readonly PERMANENT_REDIRECT: 308;
  /** Bad Request (RFC 9110 section 15.5.1). */
  readonly BAD_REQUEST: 400;
  /** Unauthorized (RFC 9110 section 15.5.2). */
  readonly UNAUTHORIZED: 401;
  /** Payment Required (RFC 9110 section 15.5.3). */
  readonly PAYMENT_REQUIRED: 402;
  /** Forbidden (RFC 9110 section 15.5.4). */
  readonly FORBIDDEN: 403;
  /** Not Found (RFC 9110 section 15.5.5). */
  readonly NOT_FOUND: 404;
  /** Method Not Allowed (RFC 9110 section 15.5.6). */
  readonly METHOD_NOT_ALLOWED: 405;
  /** Not Acceptable (RFC 9110 section 15.5.7). */
  readonly NOT_ACCEPTABLE: 406;
  /** Proxy Authentication Required (RFC 9110 section 15.5.8). */
  readonly PROXY_AUTHENTICATION_REQUIRED: 407;
  /** Request Timeout (RFC 9110 section 15.5.9). */
  readonly REQUEST_TIMEOUT: 408;
  /** Conflict (RFC 9110 section 15.5.10). */
  readonly CONFLICT: 409;
  /** Gone (RFC 9110 section 15.5.11). */
  readonly GONE: 410;
  /** Length Required (RFC 9110 section 15.5.12). */
  readonly LENGTH_REQUIRED: 411;
  /** Precondition Failed (RFC 9110 section 15.5.13). */
  readonly PRECONDITION_FAILED: 412;
  /** Content Too Large (RFC 9110 section 15.5.14). */
  readonly CONTENT_TOO_LARGE: 413;
  /** Older name of {@linkcode HTTPStatusCodes.CONTENT_TOO_LARGE}. */
  readonly REQUEST_ENTITY_TOO_LARGE: 413;
  /** URI Too Long (RFC 9110 section 15.5.15). */
  readonly URI_TOO_LONG: 414;
  /** Older name of {@linkcode HTTPStatusCodes.URI_TOO_LONG}. */
  readonly REQUEST_URI_TOO_LONG: 414;
  /** Unsupported Media Type (RFC 9110 section 15.5.16). */
  readonly UNSUPPORTED_MEDIA_TYPE: 415;
  /** Range Not Satisfiable (RFC 9110 section 15.5.17). */
  readonly RANGE_NOT_SATISFIABLE: 416;
  /** Older name of {@linkcode HTTPStatusCodes.RANGE_NOT_SATISFIABLE}. */
  readonly REQUESTED_RANGE_NOT_SATISFIABLE: 416;
  /** Expectation Failed (RFC 9110 section 15.5.18). */
  readonly EXPECTATION_FAILED: 417;
  /** I'm a Teapot (RFC 2324). */
  readonly IM_A_TEAPOT: 418;
  /** Misdirected Request (RFC 9110 section 15.5.20). */
  readonly MISDIRECTED_REQUEST: 421;
  /** Unprocessable Content (RFC 9110 section 15.5.21). */
  readonly UNPROCESSABLE_CONTENT: 422;
  /** Older name of {@linkcode HTTPStatusCodes.UNPROCESSABLE_CONTENT}. */
  readonly UNPROCESSABLE_ENTITY: 422;
  /** Locked (RFC 4918). */
  readonly LOCKED: 423;
  /** Failed Dependency (RFC 4918). */
  readonly FAILED_DEPENDENCY: 424;
  /** Too Early (RFC 8470). */
  readonly TOO_EARLY: 425;
  /** Upgrade Required (RFC 9110 section 15.5.22). */
  readonly UPGRADE_REQUIRED: 426;
  /** Precondition Required (RFC 6585). */
  readonly PRECONDITION_REQUIRED: 428;
  /** Too Many Requests (RFC 6585). */
  readonly TOO_MANY_REQUESTS: 429;
  /** Request Header Fields Too Large (RFC 6585). */
  readonly REQUEST_HEADER_FIELDS_TOO_LARGE: 431;
  /** Unavailable For Legal Reasons (RFC 7725). */
  readonly UNAVAILABLE_FOR_LEGAL_REASONS: 451;
  /** Internal Server Error (RFC 9110 section 15.6.1). */
  readonly INTERNAL_SERVER_ERROR: 500;
  /** Not Implemented (RFC 9110 section 15.6.2). */
  readonly NOT_IMPLEMENTED: 501;
  /** Bad Gateway (RFC 9110 section 15.6.3). */
  readonly BAD_GATEWAY: 502;
  /** Service Unavailable (RFC 9110 section 15.6.4). */
  readonly SERVICE_UNAVAILABLE: 503;
  /** Gateway Timeout (RFC 9110 section 15.6.5). */
  readonly GATEWAY_TIMEOUT: 504;
  /** HTTP Version Not Supported (RFC 9110 section 15.6.6). */
  readonly HTTP_VERSION_NOT_SUPPORTED: 505;
  /** Variant Also Negotiates (RFC 2295). */
  readonly VARIANT_ALSO_NEGOTIATES: 506;
  /** Insufficient Storage (RFC 4918). */
  readonly INSUFFICIENT_STORAGE: 507;
  /** Loop Detected (RFC 5842). */
  readonly LOOP_DETECTED: 508;
  /** Not Extended (RFC 2774). */
  readonly NOT_EXTENDED: 510;
  /** Network Authentication Required (RFC 6585). */
  readonly NETWORK_AUTHENTICATION_REQUIRED: 511;
}

/** A status with its primary name. */
export type StatusRow = {
  [N in keyof HTTPStatusCodes]: readonly [
    code: HTTPStatusCodes[N],
    name: N,
    phrase: string,
    description: string,
  ];
}[keyof HTTPStatusCodes];

/** All statuses in ascending order. */
export const ROWS: readonly StatusRow[] = [
  [100, "CONTINUE", "Continue", "Headers are fine, go on and send the body"],
  [
    101,
    "SWITCHING_PROTOCOLS",
    "Switching Protocols",
    "The server changes to the protocol asked for in Upgrade",
  ],
  [
    102,
    "PROCESSING",
    "Processing",
    "Work on the request is under way (retired)",
  ],
  [
    103,
    "EARLY_HINTS",
    "Early Hints",
    "Link headers in advance of the final answer",
  ],
  [200, "OK", "OK", "Success, the result follows"],
  [201, "CREATED", "Created", "A new resource exists, Location tells where"],
  [202, "ACCEPTED", "Accepted", "Taken for later processing"],
  [
    203,
    "NON_AUTHORITATIVE_INFORMATION",
    "Non-Authoritative Information",
    "Success, content changed by an intermediary",
  ],
  [204, "NO_CONTENT", "No Content", "Success without content"],
  [
    205,
    "RESET_CONTENT",
    "Reset Content",
    "Success, the client should reset its view",
  ],
  [206, "PARTIAL_CONTENT", "Partial Content", "The requested ranges follow"],
  [
    207,
    "MULTI_STATUS",
    "Multi-Status",
    "Body holds several independent statuses",
  ],
  [
    208,
    "ALREADY_REPORTED",
    "Already Reported",
    "Members of a binding were listed before",
  ],
  [226, "IM_USED", "IM Used", "Result of applied instance manipulations"],
  [
    300,
    "MULTIPLE_CHOICES",
    "Multiple Choices",
    "Several representations, choose one",
  ],
  [
    301,
    "MOVED_PERMANENTLY",
    "Moved Permanently",
    "Permanent new address, method may change",
  ],
  [302, "FOUND", "Found", "Temporary other address, method may change"],
  [303, "SEE_OTHER", "See Other", "Fetch the result elsewhere with GET"],
  [304, "NOT_MODIFIED", "Not Modified", "The cached copy is still good"],
  [305, "USE_PROXY", "Use Proxy", "Deprecated proxy instruction"],
  [
    307,
    "TEMPORARY_REDIRECT",
    "Temporary Redirect",
    "Temporary other address, same method",
  ],
  [
    308,
    "PERMANENT_REDIRECT",
    "Permanent Redirect",
    "Permanent new address, same method",
  ],
  [400, "BAD_REQUEST", "Bad Request", "The request is malformed"],
  [401, "UNAUTHORIZED", "Unauthorized", "Credentials needed or wrong"],
  [402, "PAYMENT_REQUIRED", "Payment Required", "Reserved"],
  [403, "FORBIDDEN", "Forbidden", "Understood but refused"],
  [404, "NOT_FOUND", "Not Found", "Nothing at this address"],
  [
    405,
    "METHOD_NOT_ALLOWED",
    "Method Not Allowed",
    "Method unsupported here, Allow lists the others",
  ],
  [
    406,
    "NOT_ACCEPTABLE",
    "Not Acceptable",
    "No representation the client accepts",
  ],
  [
    407,
    "PROXY_AUTHENTICATION_REQUIRED",
    "Proxy Authentication Required",
    "The proxy wants credentials",
  ],
  [
    408,
    "REQUEST_TIMEOUT",
    "Request Timeout",
    "The request did not arrive in time",
  ],
  [409, "CONFLICT", "Conflict", "Clashes with the resource's state"],
  [410, "GONE", "Gone", "Was here, removed for good"],
  [411, "LENGTH_REQUIRED", "Length Required", "Content-Length is mandatory"],
  [
    412,
    "PRECONDITION_FAILED",
    "Precondition Failed",
    "An If-... condition was false",
  ],
  [
    413,
    "CONTENT_TOO_LARGE",
    "Content Too Large",
    "Body above the server's limit",
  ],
  [414, "URI_TOO_LONG", "URI Too Long", "Target above the server's limit"],
  [
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    "Unsupported Media Type",
    "Body format or coding not accepted",
  ],
  [
    416,
    "RANGE_NOT_SATISFIABLE",
    "Range Not Satisfiable",
    "No requested range overlaps the content",
  ],
  [
    417,
    "EXPECTATION_FAILED",
    "Expectation Failed",
    "The Expect header cannot be met",
  ],
  [418, "IM_A_TEAPOT", "I'm a Teapot", "Joke protocol; reserved, unused"],
  [
    421,
    "MISDIRECTED_REQUEST",
    "Misdirected Request",
    "This server is not responsible for that origin",
  ],
  [
    422,
    "UNPROCESSABLE_CONTENT",
    "Unprocessable Content",
    "Well-formed but meaningless content",
  ],
  [423, "LOCKED", "Locked", "Resource is locked"],
  [
    424,
    "FAILED_DEPENDENCY",
    "Failed Dependency",
    "An action it depends on failed",
  ],
  [425, "TOO_EARLY", "Too Early", "Refuses data that might be replayed"],
  [
    426,
    "UPGRADE_REQUIRED",
    "Upgrade Required",
    "Come back with the protocol named in Upgrade",
  ],
  [
    428,
    "PRECONDITION_REQUIRED",
    "Precondition Required",
    "Only conditional requests accepted",
  ],
  [429, "TOO_MANY_REQUESTS", "Too Many Requests", "Rate limit reached"],
  [
    431,
    "REQUEST_HEADER_FIELDS_TOO_LARGE",
    "Request Header Fields Too Large",
    "One field or all together too large",
  ],
  [
    451,
    "UNAVAILABLE_FOR_LEGAL_REASONS",
    "Unavailable For Legal Reasons",
    "Blocked by a legal demand",
  ],
  [500, "INTERNAL_SERVER_ERROR", "Internal Server Error", "Unexpected failure"],
  [501, "NOT_IMPLEMENTED", "Not Implemented", "Method unknown to this server"],
  [502, "BAD_GATEWAY", "Bad Gateway", "Bad answer from upstream"],
  [
    503,
    "SERVICE_UNAVAILABLE",
    "Service Unavailable",
    "Overloaded or in maintenance",
  ],
  [504, "GATEWAY_TIMEOUT", "Gateway Timeout", "No timely answer from upstream"],
  [
    505,
    "HTTP_VERSION_NOT_SUPPORTED",
    "HTTP Version Not Supported",
    "Major version refused",
  ],
  [
    506,
    "VARIANT_ALSO_NEGOTIATES",
    "Variant Also Negotiates",
    "Negotiation is configured in a circle",
  ],
  [
    507,
    "INSUFFICIENT_STORAGE",
    "Insufficient Storage",
    "Cannot store what is needed",
  ],
  [
    508,
    "LOOP_DETECTED",
    "Loop Detected",
    "Endless loop found while processing",
  ],
  [
    510,
    "NOT_EXTENDED",
    "Not Extended",
    "An HTTP extension is demanded (historic)",
  ],
  [
    511,
    "NETWORK_AUTHENTICATION_REQUIRED",
    "Network Authentication Required",
    "Log in to the network first",
  ],
];

/** Names that RFC 9110 replaced; old programs still use them. */
export const ALIASES: Partial<HTTPStatusCodes> = {
  REQUEST_ENTITY_TOO_LARGE: 413,
  REQUEST_URI_TOO_LONG: 414,
  REQUESTED_RANGE_NOT_SATISFIABLE: 416,
  UNPROCESSABLE_ENTITY: 422,
};
