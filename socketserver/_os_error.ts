import { isOSError } from "./os_error.ts";

/**
 * Whether the process or the machine has run out of what a connection needs:
 * accepting again at once would fail again at once.
 */
export function isOutOfResources(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "EMFILE" || code === "ENFILE" || code === "ENOBUFS" ||
    code === "ENOMEM";
}

/** Runs a clean-up step whose failure changes nothing: the peer may be gone. */
export async function ignoringOsErrors(
  step: () => void | Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!isOSError(error)) throw error;
  }
}
