/** Facts of a file; `null` if there is none, or none that may be known. */
export function statOf(path: string): Deno.FileInfo | null {
  // The system takes NUL for the end of a path.
  if (path.includes("\0")) return null;
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
}
