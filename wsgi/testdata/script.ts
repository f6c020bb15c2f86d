// The same applications as a CGI script.
import { CGIHandler } from "../cgi_handlers.ts";
import app from "./apps.ts";

await new CGIHandler().run(app);
