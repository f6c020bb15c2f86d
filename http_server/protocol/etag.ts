/**
 * Entity tags (RFC 9110 section 8.8.3) and the two ways to compare them.
 *
 * - An entity tag is opaque: nothing is read out of it, it is only compared.
 * - Reading is strict and takes one pass. A list is read whole or not at all:
 *   `null` means that the field value is malformed, and matches nothing.
 * - Text is one character per octet, as HTTP carries it.
 *
 * @module
 */

import { BLANK, CLASS, COMMA, DQUOTE, VISIBLE } from "./_chars.ts";

/** An entity tag: its opaque text, without the quotes, and whether it is weak. */
export interface EntityTag {
  /** The text between the quotes. */
  readonly opaque: string;
  /** Whether it only promises equivalence, not the same bytes. */
  readonly weak: boolean;
}

/** etagc. A backslash is an ordinary character here; it escapes nothing. */
function isEtagCharacter(code: number): boolean {
  return (CLASS[code]! & VISIBLE) !== 0 && code !== DQUOTE;
}

/**
 * Writes an entity tag as a field value.
 *
 * @param opaque The text that goes between the quotes.
 * @param options `weak` marks the tag as weak; an {@linkcode EntityTag} will do.
 * @returns `"opaque"` or `W/"opaque"`.
 * @throws {TypeError} If the text holds a quote, a blank, a control character
 * or one above U+00FF.
 *
 * @example Usage
 * ```ts
 * import { formatEntityTag } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatEntityTag("v1"), '"v1"');
 * assertEquals(formatEntityTag("v1", { weak: true }), 'W/"v1"');
 * ```
 */
export function formatEntityTag(
  opaque: string,
  options: { readonly weak?: boolean } = {},
): string {
  for (let i = 0; i < opaque.length; i++) {
    if (!isEtagCharacter(opaque.charCodeAt(i))) {
      throw new TypeError(
        `Cannot format entity tag ${
          JSON.stringify(opaque)
        }: character ${i} is not allowed`,
      );
    }
  }
  return options.weak ? `W/"${opaque}"` : `"${opaque}"`;
}

/** The tag that starts at `start` and the index behind it. */
function scanEntityTag(
  text: string,
  start: number,
): [tag: EntityTag, end: number] | null {
  // The W is case-sensitive (RFC 9110 section 8.8.3).
  const weak = text.startsWith("W/", start);
  const open = weak ? start + 2 : start;
  if (text.charCodeAt(open) !== DQUOTE) return null;
  let close = open + 1;
  while (close < text.length && isEtagCharacter(text.charCodeAt(close))) {
    close++;
  }
  if (text.charCodeAt(close) !== DQUOTE) return null;
  return [{ opaque: text.slice(open + 1, close), weak }, close + 1];
}

/**
 * Reads one entity tag, as `ETag` and `If-Range` carry it.
 *
 * @param text Field value without surrounding blanks.
 * @returns The tag, or `null` if the text is no entity tag.
 *
 * @example Usage
 * ```ts
 * import { parseEntityTag } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseEntityTag('W/"v1"'), { opaque: "v1", weak: true });
 * assertEquals(parseEntityTag("v1"), null);
 * ```
 */
export function parseEntityTag(text: string): EntityTag | null {
  const scanned = scanEntityTag(text, 0);
  return scanned !== null && scanned[1] === text.length ? scanned[0] : null;
}

/**
 * Reads the value of `If-Match` or `If-None-Match`: an asterisk or a list of
 * entity tags. Empty list elements are skipped (RFC 9110 section 5.6.1.2), so a
 * list may turn out to be empty.
 *
 * @param value Field value; several field lines joined by commas.
 * @returns `"*"`, the tags in order, or `null` if any part is malformed.
 *
 * @example Usage
 * ```ts
 * import { parseEntityTagList } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseEntityTagList('"a", W/"b,c"'), [
 *   { opaque: "a", weak: false },
 *   { opaque: "b,c", weak: true },
 * ]);
 * assertEquals(parseEntityTagList("*"), "*");
 * assertEquals(parseEntityTagList("a, b"), null);
 * ```
 */
export function parseEntityTagList(value: string): "*" | EntityTag[] | null {
  const tags: EntityTag[] = [];
  let index = skipBlanks(value, 0);
  if (value[index] === "*" && skipBlanks(value, index + 1) === value.length) {
    return "*";
  }
  while (index < value.length) {
    if (value.charCodeAt(index) !== COMMA) {
      const scanned = scanEntityTag(value, index);
      if (scanned === null) return null;
      tags.push(scanned[0]);
      index = skipBlanks(value, scanned[1]);
      if (index < value.length && value.charCodeAt(index) !== COMMA) {
        return null;
      }
    }
    index = skipBlanks(value, index + 1);
  }
  return tags;
}

function skipBlanks(text: string, index: number): number {
  while ((CLASS[text.charCodeAt(index)]! & BLANK) !== 0) index++;
  return index;
}

/**
 * Strong comparison (RFC 9110 section 8.8.3.2): the same text and neither is
 * weak, hence the same bytes. For `If-Match` and `If-Range`.
 *
 * @param a One entity tag.
 * @param b The other entity tag.
 * @returns Whether they match.
 *
 * @example Usage
 * ```ts
 * import { strongCompare } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const weak = { opaque: "v1", weak: true };
 * const strong = { opaque: "v1", weak: false };
 * assertEquals(strongCompare(strong, strong), true);
 * assertEquals(strongCompare(weak, weak), false);
 * ```
 */
export function strongCompare(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/**
 * Weak comparison (RFC 9110 section 8.8.3.2): the same text, weak or not. For
 * `If-None-Match`.
 *
 * @param a One entity tag.
 * @param b The other entity tag.
 * @returns Whether they match.
 *
 * @example Usage
 * ```ts
 * import { weakCompare } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const weak = { opaque: "v1", weak: true };
 * const strong = { opaque: "v1", weak: false };
 * assertEquals(weakCompare(weak, strong), true);
 * ```
 */
export function weakCompare(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** What {@linkcode fileEntityTag} wants to know of a file. */
export interface FileVersion {
  /** Size in bytes. */
  readonly size: number;
  /**
   * Time of the last modification in milliseconds since the epoch, with
   * whatever fraction is known.
   */
  readonly mtime: number;
  /**
   * Inode number, to tell apart a file that was replaced by one of the same
   * size and time. Leave it out where several machines serve copies of the same
   * files, and where file handles must stay secret (CVE-2003-1418).
   */
  readonly ino?: number | null;
}

/** Settings of {@linkcode fileEntityTag}. */
export interface FileEntityTagOptions {
  /**
   * Content coding of this variant, such as `"gzip"`: each coding makes another
   * representation, with a tag of its own.
   */
  readonly coding?: string | null;
  /** Present time in milliseconds since the epoch. */
  readonly now?: number;
  /** Makes the tag weak, as is right for what is compressed while it is sent. */
  readonly weak?: boolean;
}

/** Milliseconds between ticks of the coarsest file system in use, FAT. */
const COARSEST_CLOCK = 2000;

/**
 * The entity tag of a file by its size and modification time, without reading
 * it.
 *
 * The tag is strong once the file has rested for two seconds (Apache waits
 * one): from then on a change must show in the modification time, however
 * coarse the clock of the file system. Before, a second change in the same tick
 * could go unseen (RFC 9110 section 8.8.1), so the tag is weak: it answers
 * `If-None-Match`, but resumes no download. A file dated in the future stays
 * weak. Who changes a file and sets its time back is not found out.
 *
 * @param file Size, modification time and, if wanted, inode number.
 * @param options Content coding, present time, forced weakness.
 * @returns The field value for `ETag`.
 * @throws {TypeError} If the coding is not fit for an entity tag.
 *
 * @example A file and its compressed variant
 * ```ts
 * import { fileEntityTag } from "@pystd/server/http-protocol";
 * import { assertEquals } from "@std/assert";
 *
 * const file = { size: 1000, mtime: 1_700_000_000_000 };
 * assertEquals(fileEntityTag(file), '"rs-gqll7vatq8"');
 * assertEquals(fileEntityTag(file, { coding: "gzip" }), '"rs-gqll7vatq8-gzip"');
 * assertEquals(fileEntityTag(file, { now: file.mtime + 1 }), 'W/"rs-gqll7vatq8"');
 * ```
 */
export function fileEntityTag(
  file: FileVersion,
  options: FileEntityTagOptions = {},
): string {
  const { coding, now = Date.now(), weak = false } = options;
  // Microseconds: finer ones a double does not hold for dates of today.
  let opaque = `${file.size.toString(36)}-${
    Math.round(file.mtime * 1000).toString(36)
  }`;
  if (typeof file.ino === "number") opaque += `-${file.ino.toString(36)}`;
  if (coding) opaque += `-${coding}`;
  return formatEntityTag(opaque, {
    weak: weak || now - file.mtime < COARSEST_CLOCK,
  });
}
