// Text is measured in characters (code points); JavaScript counts UTF-16 units.

/** Whether a surrogate pair, one character in two units, begins at `at`. */
function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** The number of characters in `text[start..end]`. */
export function countCharacters(
  text: string,
  start = 0,
  end: number = text.length,
): number {
  let count = 0;
  for (let at = start; at < end; count++) at += isPair(text, at) ? 2 : 1;
  return count;
}

/** The offset behind `count` characters from `start` on, at most the length. */
export function skipCharacters(
  text: string,
  start: number,
  count: number,
): number {
  let at = start;
  for (; count > 0 && at < text.length; count--) at += isPair(text, at) ? 2 : 1;
  return at;
}
