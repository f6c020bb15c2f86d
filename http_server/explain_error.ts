/**
 * Says in one line why a program cannot go on, and what would help.
 *
 * @param error What was thrown.
 */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotCapable) {
    const [, access, flag] =
      /^Requires (.+), run again with the (--[a-z-]+)(?:=\S+)? flag/.exec(
        message,
      ) ?? [];
    return access ? `Cannot go on without ${access}: add ${flag}` : message;
  }
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return message.replace(/[\0-\x1f\x7f]+/g, " ");
}

/** An error of `Deno.listen` that says what could not be listened on. */
export function explainListening(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) {
    return error;
  }
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new Error(`Cannot listen on ${where}: ${reason}`, { cause: error });
}

function reasonOf(error: Error): string | undefined {
  if (error instanceof Deno.errors.AddrInUse) return "it is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the system does not permit it";
  }
  // The words of the TLS library, which say what is wrong but not with what.
  if (error instanceof Deno.errors.InvalidData) {
    return error.message.replace(/^Cannot serve TLS: /, "");
  }
  if (/lookup|resolve/i.test(error.message)) return "no such host is known";
  return (error as { code?: string }).code === "EAFNOSUPPORT"
    ? "this machine has no such network"
    : undefined;
}
