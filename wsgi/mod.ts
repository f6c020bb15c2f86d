/**
 * WSGI (PEP 3333) for TypeScript: Python's `wsgiref`.
 *
 * @module
 */
export * from "./types.ts";
