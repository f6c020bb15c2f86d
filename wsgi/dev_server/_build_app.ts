import type { WSGIApplication } from "../types.ts";
import { validator } from "../validator.ts";
import { brokenApp } from "./_broken_app.ts";
import { allowHosts } from "./allow_hosts.ts";
import { AppError } from "./app_error.ts";
import type { LoadedApp } from "./app_scheme.ts";
import type { AppSettings } from "./app_settings.ts";
import { loadApp } from "./load_app.ts";
import { StaticFilesHandler } from "./static_files_handler.ts";

/**
 * Loads an application and puts in front of it what was asked for.
 *
 * @param settings The application, and how it is served.
 * @throws {AppError} If it or a folder cannot be served, with the reason.
 */
export async function buildApp(settings: AppSettings): Promise<LoadedApp> {
  const loaded = await loadApp(settings);
  const { application } = loaded;
  const checked = settings.validate ? validator(application) : application;
  return { ...loaded, application: withFront(checked, settings) };
}

/**
 * What stands in for an application that cannot be loaded: its files are
 * there, the rest says what is wrong.
 *
 * @param problem What is wrong.
 * @param settings The application.
 */
export function buildBrokenApp(
  problem: string,
  settings: AppSettings,
): WSGIApplication {
  const broken = brokenApp(problem);
  try {
    return withFront(broken, settings);
  } catch {
    return broken;
  }
}

/** Puts in front of an application what is to be asked first. */
function withFront(
  application: WSGIApplication,
  settings: AppSettings,
): WSGIApplication {
  const site = withStatic(application, settings);
  const { allowedHosts } = settings;
  return allowedHosts ? allowHosts(site, allowedHosts) : site;
}

function withStatic(
  application: WSGIApplication,
  { static: folders = [] }: AppSettings,
): WSGIApplication {
  // The first is asked first: it stands in front of the others.
  return folders.toReversed().reduce((behind, { url, directory }) => {
    if (!isFolder(directory)) {
      throw new AppError(directory, "there is no such folder");
    }
    const options = { baseUrl: url, directory };
    return new StaticFilesHandler(behind, options).app;
  }, application);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
