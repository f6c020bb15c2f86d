import { pythonApp } from "../python/python_app.ts";
import type { PythonAppOptions } from "../python/python_options.ts";
import { AppError } from "./app_error.ts";
import type { AppScheme } from "./app_scheme.ts";

/** Applications of Python: `python:package.module:callable`. */
export const PYTHON_SCHEME: AppScheme = {
  async load(name, settings) {
    const app = `python:${name}`;
    if (name === "") throw new AppError(app, "the module's name is missing");
    const lines: string[] = [];
    let loading = true;
    let application;
    try {
      application = pythonApp(name, {
        ...settings as PythonAppOptions,
        // The reason is told once, by who waits for it.
        log: (line) => loading ? lines.push(line) : console.error(line),
      });
      await application.ready();
    } catch (error) {
      await application?.close();
      if (error instanceof Deno.errors.NotCapable) throw error;
      for (const line of lines) console.error(line);
      // The traceback is above; its last line says what it is.
      const reason = (error as Error).message.trimEnd().split("\n").at(-1)!;
      throw new AppError(app, reason, { cause: error });
    }
    loading = false;
    for (const line of lines) console.error(line);
    return {
      application,
      found: "a Python application",
      close: () => application.close(),
    };
  },
  sources: "**/*.py",
  watched(_name, settings) {
    const { chdir = ".", pythonPath = [] } =
      (settings ?? {}) as PythonAppOptions;
    return Promise.resolve([chdir, ...pythonPath]);
  },
};
