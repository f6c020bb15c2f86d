import config from "../deno.json" with { type: "json" };

/** The version of this package, as `Server` fields show it. */
export const VERSION: string = config.version;
