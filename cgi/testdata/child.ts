// A script that does what its path says.
import { serveCgi } from "../serve_cgi.ts";

const utf8 = new TextEncoder();

await serveCgi(async (request) => {
  switch (new URL(request.url).pathname) {
    case "/b/early": {
      const reader = request.body!.getReader();
      const { value } = await reader.read();
      // One more is under way when the answer ends.
      reader.read().catch(() => {});
      return new Response(value);
    }
    case "/b/endless":
      request.signal.addEventListener("abort", () => console.error("aborted"));
      return new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(1000));
          },
        }),
      );
    case "/b/fails":
      throw new Error("secret");
    case "/b/fails-late": {
      const parts = ["begun"];
      return new Response(
        new ReadableStream({
          async pull(controller) {
            const part = parts.shift();
            if (part !== undefined) return controller.enqueue(utf8.encode(part));
            await new Promise((resolve) => setTimeout(resolve, 20));
            throw new Error("secret");
          },
        }, { highWaterMark: 0 }),
      );
    }
    default:
      return new Response(request.body);
  }
});
