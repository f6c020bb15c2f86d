let prepared = false;

/**
 * Lets Deno open now what it opens for signals when it first needs it. It
 * panics where that fails, so a server whose clients had used up all
 * descriptors would end.
 */
export function prepareForStarvation(): void {
  if (prepared || Deno.build.os === "windows") return;
  prepared = true;
  const ignore = () => {};
  Deno.addSignalListener("SIGWINCH", ignore);
  Deno.removeSignalListener("SIGWINCH", ignore);
}
