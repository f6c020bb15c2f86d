/** How scripts are run. */
export interface ScriptSettings {
  /** Variables for every script, beside those of the request. */
  env: Readonly<Record<string, string>>;
  /**
   * Names of variables that scripts get from this process. They get nothing
   * else but `PATH`, the language and the time zone: what is secret stays.
   */
  passEnv: readonly string[];
  /** Seconds that a script may be silent while it is waited for; `null` for any number. */
  timeout: number | null;
  /** Seconds that a script may take from beginning to end; `null` for any number. */
  runTimeout: number | null;
  /** Seconds that a script may take to end when it is told to, before it is killed. */
  killDelay: number;
  /** Scripts at a time, beyond which the answer is 503; `null` for any number. */
  maxProcesses: number | null;
  /**
   * Programs that run scripts by the end of their name, such as
   * `{ ".php": ["php-cgi"] }`. These scripts need not be executable, and a query
   * never becomes an argument of theirs.
   */
  interpreters: Readonly<Record<string, readonly string[]>>;
  /** Whether scripts get the field `Authorization`, passwords included. */
  trustAuthorization: boolean;
  /** Whether scripts may be links to places outside of the folder that is served. */
  followSymlinks: boolean;
  /**
   * Whether scripts whose name begins with `nph-` send the whole answer
   * themselves. A fetch handler has no connection to give them.
   */
  nph: boolean;
  /** Bytes of a body of unknown length that are kept in memory; more go to a file. */
  spoolMemory: number;
  /**
   * Bytes of a body of unknown length at most, beyond which the answer is 413:
   * a disk is full sooner than a client is tired. `null` for any number.
   */
  maxSpool: number | null;
}

/** What holds where nothing was chosen. */
export const DEFAULT_SCRIPT_SETTINGS: Readonly<ScriptSettings> = Object.freeze({
  env: {},
  passEnv: [],
  timeout: 300,
  runTimeout: null,
  killDelay: 5,
  maxProcesses: 64,
  interpreters: {},
  trustAuthorization: false,
  followSymlinks: false,
  nph: false,
  spoolMemory: 1 << 20,
  maxSpool: 2 ** 30,
});
