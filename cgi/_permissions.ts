import { ProtocolError } from "../http_server/protocol/mod.ts";

/** Permissions that were found to be given whole. */
const whole = new Set<Deno.PermissionName>();

/** Whether a program may be run. */
export function mayRun(command: string): boolean {
  return isWhole("run") || isGranted({ name: "run", command });
}

/** Whether a variable of the environment may be read. */
export function mayRead(variable: string): boolean {
  return isWhole("env") || isGranted({ name: "env", variable });
}

/** What is answered where a permission is missing. */
export function lacks(flag: string): ProtocolError {
  return new ProtocolError(`Cannot run a script: add ${flag}`, 500);
}

/** Asked once, for most programs have all: one that gives it back is refused by Deno. */
function isWhole(name: "run" | "env"): boolean {
  if (whole.has(name)) return true;
  const { state, partial } = Deno.permissions.querySync({ name });
  if (state !== "granted" || partial) return false;
  whole.add(name);
  return true;
}

/** Asks Deno, not whoever sits at the terminal: all clients would wait for him. */
function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
