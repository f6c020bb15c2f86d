/** An application that cannot be loaded; the message is for who has named it. */
export class AppError extends Error {
  /** Its class. */
  override name = "AppError";

  /**
   * Says which application it is, and why it cannot be loaded.
   *
   * @param app The application as it was named.
   * @param reason Why it cannot be loaded.
   * @param options The error behind it.
   */
  constructor(app: string, reason: string, options?: ErrorOptions) {
    super(`Cannot serve "${app}": ${reason}`, options);
  }
}
