/** Where colors may go. */
interface Stream {
  isTerminal(): boolean;
}

/**
 * Whether to write colors: to terminals, unless `NO_COLOR` is set, and to
 * anything if `FORCE_COLOR` is and may be read. Never asks for a permission.
 */
export function wantsColors(stream: Stream): boolean {
  if (Deno.noColor) return false;
  return stream.isTerminal() || isForced();
}

function isForced(): boolean {
  const permission = { name: "env", variable: "FORCE_COLOR" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return false;
  return (Deno.env.get("FORCE_COLOR") ?? "") !== "";
}
