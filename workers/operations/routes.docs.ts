import { z } from '@hono/zod-openapi';
import { defineRoute, jsonResponse, type newRouter } from '../http.ts';
import { docsPage, type ShownDocument } from './docs-page.ts';
import { DOCS_STYLE } from './docs-style.ts';
import { ABOUT, type Language } from './docs-texts.ts';

/** Of the API's contract, not of a release. */
const API_VERSION = '1.0.0';
/** In seconds: a new release may show up this late. */
const CACHE_S = 300;

const documentRoute = defineRoute({
  method: 'get',
  path: '/openapi.json',
  permission: 'public',
  tags: ['system'],
  summary: 'This API as an OpenAPI 3.1 document',
  responses: {
    200: jsonResponse(z.record(z.string(), z.unknown()), 'The document', {
      openapi: '3.1.0',
      info: { title: '电驿 API', version: API_VERSION },
    }),
  },
});

const pageRoute = defineRoute({
  method: 'get',
  path: '/docs',
  permission: 'public',
  tags: ['system'],
  summary: 'This API as a page to read',
  request: {
    query: z.object({
      lang: z
        .enum(['zh', 'en'])
        .optional()
        .openapi({ description: 'In place of Accept-Language.', example: 'zh' }),
    }),
  },
  responses: {
    200: { description: 'The page', content: { 'text/html': { schema: z.string() } } },
  },
});

/** Documents every route mounted on `app` at `/openapi.json` and `/docs`. */
export function mountDocs(app: ReturnType<typeof newRouter>): void {
  // Built when first asked for: by then every route is mounted, and a start pays nothing for it.
  let built: Described | undefined;
  const pages = new Map<Language, ReturnType<typeof docsPage>>();
  const document = () => {
    built ??= describe(app);
    return built;
  };

  app.openapi(documentRoute, (context) => {
    context.header('Cache-Control', `public, max-age=${CACHE_S}`);
    context.header('Access-Control-Allow-Origin', '*');
    return context.json(document(), 200);
  });

  app.openapi(pageRoute, async (context) => {
    const language = context.req.valid('query').lang ?? context.get('language');
    const page = pages.get(language) ?? docsPage(document(), language);
    pages.set(language, page);
    context.header('Content-Security-Policy', await onlyOwnStyle());
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Vary', 'Accept-Language');
    context.header('Cache-Control', `public, max-age=${CACHE_S}`);
    return context.html(page, 200);
  });
}

type Described = ShownDocument & Record<string, unknown>;

function describe(app: ReturnType<typeof newRouter>): Described {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: '电驿 API',
      version: API_VERSION,
      description: [ABOUT.zh, ABOUT.en]
        .map(({ intro, rules }) => `${intro}\n\n${rules.map((rule) => `- ${rule}`).join('\n')}`)
        .join('\n\n---\n\n'),
    },
    servers: [{ url: '/', description: '本服务 · this service' }],
  });
  // As it goes over the wire: plain JSON, without the library's classes and `undefined`s.
  return JSON.parse(JSON.stringify(document)) as Described;
}

async function onlyOwnStyle(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(DOCS_STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
