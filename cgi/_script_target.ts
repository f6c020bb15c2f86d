// @pure
/** A target's path, and its query with the question mark. */
export function splitQuery(target: string): [path: string, query: string] {
  const mark = target.indexOf("?");
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark)];
}

/** Whether an encoded slash in what is left for the script would be one that separates. */
export function hidesSlash(target: string, pathInfo: string): boolean {
  const parts = pathInfo.split("/").length - 1;
  return parts > 0 &&
    splitQuery(target)[0].split("/").slice(-parts).some((part) =>
      /%2f/i.test(part)
    );
}
