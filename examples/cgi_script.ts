#!/usr/bin/env -S deno run --allow-env
import { serveCgi } from "@pystd/server/cgi";
await serveCgi(() => new Response("hello"));
