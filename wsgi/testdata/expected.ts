/** What a server does with a misbehaving application. */
export interface Expected {
  /** All that is sent, from the status code on, without `Server` and `Date`. */
  readonly answer: string;
  /** Whether the connection stays open. */
  readonly stays: boolean;
  /** Parts of the lines of the server's log. */
  readonly log: readonly string[];
  /** A part of what is written to `wsgi.errors`, `""` for nothing at all. */
  readonly errors: string;
}

/** The page that says no more than that something is wrong. */
export function errorPage(errors: string): Expected {
  return {
    answer: "500 Internal Server Error\r\n" +
      "Content-Type: text/plain\r\nContent-Length: 59\r\n\r\n" +
      "A server error occurred.  Please contact the administrator.",
    stays: true,
    log: ['"GET / HTTP/1.1" 500 59'],
    errors,
  };
}
