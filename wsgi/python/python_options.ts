// @pure
/** How a Python application is run. */
export interface PythonAppOptions {
  /** The interpreter; `python3` by default. */
  python?: string;
  /** Folders in which modules are looked for before all others. */
  pythonPath?: readonly string[];
  /** The folder in which workers run, whose modules can be imported; the current one by default. */
  chdir?: string;
  /** Variables that workers get beside those of this process. */
  env?: Readonly<Record<string, string>>;
  /** Processes; 1 by default. */
  workers?: number;
  /** Requests that each of them works on at a time; 4 by default. */
  threads?: number;
  /** Requests after which a worker is replaced; `null`, the default, for none. */
  maxRequests?: number | null;
  /**
   * Seconds that the application may be silent while it is waited for, 30 by
   * default as in gunicorn; `null` for any number.
   */
  timeout?: number | null;
  /** Seconds that running requests may take to end when a worker is ended; 30 by default. */
  gracefulTimeout?: number;
  /** Requests that may wait for a thread, beyond which the answer is 503; 2048 by default. */
  backlog?: number;
  /** Takes what workers write, with their id; the standard error by default. */
  log?: (line: string) => void;
}

/** All options, each with a value. */
export type PythonSettings = Required<PythonAppOptions>;

/**
 * Checks options and completes them.
 *
 * @param options What was chosen.
 * @param log Takes what workers write, unless something else was chosen.
 * @returns All of them.
 * @throws {RangeError} If a number makes no sense.
 */
export function pythonSettings(
  options: PythonAppOptions,
  log: (line: string) => void,
): PythonSettings {
  const settings: PythonSettings = {
    python: "python3",
    pythonPath: [],
    chdir: ".",
    env: {},
    workers: 1,
    threads: 4,
    maxRequests: null,
    timeout: 30,
    gracefulTimeout: 30,
    backlog: 2048,
    log,
    ...options,
  };
  for (const name of ["workers", "threads"] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 1 || value > 1024) {
      throw new RangeError(
        `Cannot run Python with ${name} "${value}": it is no integer from 1 to 1024`,
      );
    }
  }
  const { maxRequests } = settings;
  if (
    maxRequests !== null && (!Number.isInteger(maxRequests) || maxRequests < 1)
  ) {
    throw new RangeError(
      `Cannot run Python with maxRequests "${maxRequests}": it is no positive integer`,
    );
  }
  return settings;
}
