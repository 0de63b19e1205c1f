interface PagesContext {
  readonly request: Request;
  readonly env: { readonly API: { fetch(request: Request): Promise<Response> } };
}

/**
 * Hands the API's paths, WebSocket upgrades among them, to the API Worker, so that the browser sees one origin.
 * `public/_routes.json` sends nothing else here: files and the pages' paths are served without running code, with
 * the headers of `public/_headers`.
 */
export const onRequest = ({ request, env }: PagesContext): Promise<Response> => env.API.fetch(request);
