import { z } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { staffOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { listAuditLog } from './audit-queries.ts';

const AuditEntry = z
  .object({
    id: z.string(),
    at: z.number().int().openapi({ description: 'UTC, epoch ms' }),
    staffId: z.string(),
    staffName: z.string().nullable(),
    action: z.string().openapi({ description: '`capability.thing.verb`' }),
    subject: z.string().openapi({ description: '`kind:id`' }),
    // Any JSON: what a write looks like is its own capability's matter.
    before: z.unknown().openapi({ type: ['object', 'null'] }),
    after: z.unknown().openapi({ type: ['object', 'null'] }),
    requestId: z.string(),
  })
  .openapi('AuditEntry');

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/audit-log',
  permission: 'audit.read',
  tags: ['admin: audit'],
  summary: 'What staff changed, newest first, with the state before and after',
  description: 'Only accounts with the scope `all` read it.',
  request: {
    query: PageQuery.extend({
      subject: z.string().min(1).max(160).optional().openapi({ example: 'staff:01JD0000000000000000000003' }),
      staffId: z.string().min(1).max(64).optional().openapi({ example: '01JD0000000000000000000002' }),
    }),
  },
  responses: {
    200: jsonResponse(pageOf(AuditEntry), 'A page', {
      items: [
        {
          id: '01JD0000000000000000000009',
          at: 1767225600000,
          staffId: '01JD0000000000000000000002',
          staffName: '王芳',
          action: 'identity.staff.disable',
          subject: 'staff:01JD0000000000000000000003',
          before: { status: 'active' },
          after: { status: 'disabled' },
          requestId: '01JD0000000000000000000008',
        },
      ],
      nextCursor: null,
    }),
  },
});

/** The audit log for those who answer for what staff do. */
export function auditRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    if (staffOf(context).scope.kind !== 'all') throw new ApiError('forbidden', { scope: 'all' });
    const { cursor, limit, subject, staffId } = context.req.valid('query');
    const rows = await listAuditLog(context.get('db'), { subject, staffId, before: cursor, limit });
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });
  return router;
}
