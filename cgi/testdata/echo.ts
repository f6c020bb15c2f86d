// Tells of its request, then sends its body back, through serveCgi.
import { serveCgi } from "../serve_cgi.ts";

await serveCgi((request) => {
  const { method, headers } = request;
  const { pathname, search } = new URL(request.url);
  const title = new TextEncoder().encode(
    `${method} ${pathname}${search} ${headers.get("x-color")}\n`,
  );
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(title);
      for await (const chunk of request.body ?? []) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Response(body, {
    status: 201,
    headers: [["Content-Type", "text/x-echo"], ["Set-Cookie", "a=1"], [
      "Set-Cookie",
      "b=2",
    ]],
  });
});
