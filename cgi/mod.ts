/**
 * CGI/1.1 (RFC 3875), both sides: scripts run for requests, and programs that
 * are scripts themselves. Python's `http.server.CGIHTTPRequestHandler`, and
 * what real scripts need beyond it.
 *
 * @module
 */
export * from "./environ.ts";
export * from "./standard_streams.ts";
