/**
 * CGI/1.1 (RFC 3875), both sides: scripts run for requests, and programs that
 * are scripts themselves. Python's `http.server.CGIHTTPRequestHandler`, and
 * what real scripts need beyond it.
 *
 * @module
 */
export * from "./cgi_handler.ts";
export * from "./cgi_http_request_handler.ts";
export * from "./environ.ts";
export * from "./request_from_environ.ts";
export * from "./response_head.ts";
export * from "./running_script.ts";
export * from "./script_body_length.ts";
export * from "./script_path.ts";
export * from "./script_settings.ts";
export * from "./serialize_cgi_head.ts";
export * from "./serve_cgi.ts";
export * from "./standard_streams.ts";
