import { z } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { findSite, listSites } from './site-queries.ts';
import { createSite, setSiteStatus, updateSite } from './site-service.ts';
import { Id, NewSite, Region, SITE_EXAMPLE, SiteChange, SiteView, siteView } from './site-views.ts';

const tags = ['admin: sites'];
const params = z.strictObject({ id: Id });
const VersionBody = z.strictObject({ version: z.number().int().min(1) });

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/sites',
  permission: 'fleet.site.read',
  tags,
  summary: 'The sites in the caller’s scope, newest first',
  request: {
    query: PageQuery.extend({
      q: z.string().trim().min(1).max(60).optional().openapi({ description: 'In name or address.' }),
      status: z.enum(['open', 'closed']).optional(),
      region: Region.optional(),
    }).strict(),
  },
  responses: {
    200: jsonResponse(pageOf(SiteView), 'A page of sites', { items: [SITE_EXAMPLE], nextCursor: null }),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/sites/{id}',
  permission: 'fleet.site.read',
  tags,
  summary: 'One site',
  request: { params },
  errors: ['out_of_scope'],
  responses: { 200: jsonResponse(SiteView, 'The site', SITE_EXAMPLE) },
});

const createSiteRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/sites',
  permission: 'fleet.site.write',
  tags,
  summary: 'Make a site',
  description: 'An agent’s site belongs to the agent, whatever `agentId` says.',
  request: {
    body: jsonBody(NewSite, {
      name: '南山科技园站',
      address: '深圳市南山区科苑路 15 号',
      position: { lat: 22.537098, lng: 113.948934, system: 'gcj02' },
      tariffId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8D',
    }),
  },
  errors: ['tariff_not_found'],
  responses: { 201: jsonResponse(SiteView, 'The new site', SITE_EXAMPLE) },
});

const updateRoute = defineRoute({
  method: 'patch',
  path: '/v1/admin/sites/{id}',
  permission: 'fleet.site.write',
  tags,
  summary: 'Change a site',
  request: { params, body: jsonBody(SiteChange, { version: 1, phone: '0755-87654321' }) },
  errors: ['out_of_scope', 'version_conflict', 'tariff_not_found'],
  responses: { 200: jsonResponse(SiteView, 'The site as it is now', SITE_EXAMPLE) },
});

const openRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/sites/{id}/open',
  permission: 'fleet.site.write',
  tags,
  summary: 'Open a site to riders',
  request: { params, body: jsonBody(VersionBody, { version: 2 }) },
  errors: ['out_of_scope', 'version_conflict'],
  responses: { 200: jsonResponse(SiteView, 'The site as it is now', SITE_EXAMPLE) },
});

const closeRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/sites/{id}/close',
  permission: 'fleet.site.write',
  tags,
  summary: 'Close a site to riders; charges in progress go on',
  request: { params, body: jsonBody(VersionBody, { version: 1 }) },
  errors: ['out_of_scope', 'version_conflict'],
  responses: { 200: jsonResponse(SiteView, 'The site as it is now', { ...SITE_EXAMPLE, status: 'closed' }) },
});

/** Sites as the console keeps them. */
export function adminSiteRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, ...filter } = context.req.valid('query');
    const rows = await listSites(context.get('db'), staffOf(context).scope, filter, cursor, limit);
    const page = toPage(rows, limit, (row) => row.id);
    return context.json({ ...page, items: page.items.map(siteView) }, 200);
  });
  router.openapi(getRoute, async (context) => {
    const site = await findSite(context.get('db'), staffOf(context).scope, context.req.valid('param').id);
    if (site === undefined) throw new ApiError('out_of_scope');
    return context.json(siteView(site), 200);
  });
  router.openapi(createSiteRoute, async (context) => {
    const site = await createSite(context.get('db'), actorOf(context), context.req.valid('json'));
    return context.json(siteView(site), 201);
  });
  router.openapi(updateRoute, async (context) => {
    const { id } = context.req.valid('param');
    const site = await updateSite(context.get('db'), actorOf(context), id, context.req.valid('json'));
    return context.json(siteView(site), 200);
  });
  router.openapi(openRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { version } = context.req.valid('json');
    const site = await setSiteStatus(context.get('db'), actorOf(context), id, version, 'open');
    return context.json(siteView(site), 200);
  });
  router.openapi(closeRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { version } = context.req.valid('json');
    const site = await setSiteStatus(context.get('db'), actorOf(context), id, version, 'closed');
    return context.json(siteView(site), 200);
  });
  return router;
}
