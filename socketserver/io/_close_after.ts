/**
 * Runs `flush`, then closes `stream` whatever came of it. If both fail, the
 * error of closing is thrown with that of flushing as its `cause`.
 */
export async function closeAfter(
  stream: { close(): Promise<void> },
  flush: () => Promise<unknown>,
): Promise<void> {
  try {
    await flush();
  } catch (error) {
    try {
      await stream.close();
    } catch (closing) {
      if (closing instanceof Error && closing !== error) {
        closing.cause ??= error;
      }
      throw closing;
    }
    throw error;
  }
  await stream.close();
}
