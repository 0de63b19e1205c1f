import { z } from '@hono/zod-openapi';
import { STAFF_ROLES } from '../../domain/access/roles.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { limitLogins } from '../middleware/rate-limit.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { presentedToken } from './presented-token.ts';
import { createStaff, disableStaff, enableStaff } from './staff-accounts.ts';
import { findStaff, listStaff, staffProfile } from './staff-queries.ts';
import { changePassword, signInStaff, signOutStaff } from './staff-session.ts';
import {
  IdPath,
  ScopeView,
  STAFF_EXAMPLE,
  STAFF_RECORD_EXAMPLE,
  StaffRecordView,
  StaffSessionView,
  StaffView,
} from './views.ts';

const LOGINS_PER_MINUTE = 30;

const Username = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{1,31}$/)
  .openapi({ description: 'Lower case; 2 to 32 of a-z, 0-9, dot, underscore, hyphen.' });
const NewPassword = z.string().min(10).max(200);
/** What is compared with the stored hash; its shape is not judged, only its size bounded. */
const GivenPassword = z.string().min(1).max(200);

const signInRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/session',
  permission: 'public',
  tags: ['admin: account'],
  summary: 'Sign a member of staff in',
  description: 'Five wrong passwords lock the account for 15 minutes, whatever is sent meanwhile.',
  request: {
    body: jsonBody(z.strictObject({ username: z.string().min(1).max(64), password: GivenPassword }), {
      username: 'wang.fang',
      password: 'correct-horse-battery',
    }),
  },
  errors: ['bad_credentials', 'account_locked', 'account_disabled', 'rate_limited'],
  responses: {
    200: jsonResponse(StaffSessionView, 'Signed in for 12 hours', {
      token: 'st_9fK2…',
      expiresAt: 1767268800000,
      staff: STAFF_EXAMPLE,
    }),
  },
});

const signOutRoute = defineRoute({
  method: 'delete',
  path: '/v1/admin/session',
  permission: 'staff.self',
  tags: ['admin: account'],
  summary: 'Sign out: the token is worthless from here on',
  responses: { 204: { description: 'Signed out' } },
});

const meRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/me',
  permission: 'staff.self',
  tags: ['admin: account'],
  summary: 'Who is signed in, and what they may do',
  responses: { 200: jsonResponse(StaffView, 'The member of staff', STAFF_EXAMPLE) },
});

const passwordRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/me/password',
  permission: 'staff.self',
  tags: ['admin: account'],
  summary: 'Change the own password; every other session ends',
  description: 'Wrong guesses at the current password count towards the lock like wrong logins.',
  request: {
    body: jsonBody(z.strictObject({ current: GivenPassword, next: NewPassword }), {
      current: 'correct-horse-battery',
      next: 'staple-under-the-bridge',
    }),
  },
  errors: ['bad_credentials', 'account_locked', 'version_conflict'],
  responses: { 204: { description: 'Changed' } },
});

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/staff',
  permission: 'staff.read',
  tags: ['admin: staff'],
  summary: 'Staff accounts of the own scope, newest first',
  request: { query: PageQuery },
  responses: {
    200: jsonResponse(pageOf(StaffRecordView), 'A page', { items: [STAFF_RECORD_EXAMPLE], nextCursor: null }),
  },
});

const createRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/staff',
  permission: 'staff.write',
  tags: ['admin: staff'],
  summary: 'Open a staff account with a first password',
  description: 'A system admin has the scope `all`; an agent never has. A taken user name is a `conflict`.',
  request: {
    body: jsonBody(
      z.strictObject({
        username: Username,
        displayName: z.string().trim().min(1).max(40),
        role: z.enum(STAFF_ROLES),
        scope: ScopeView,
        password: NewPassword,
      }),
      {
        username: 'li.ming',
        displayName: '李明',
        role: 'agent',
        scope: { kind: 'agent', agentId: '01JD0000000000000000000004' },
        password: 'first-password-to-change',
      },
    ),
  },
  errors: ['conflict'],
  responses: { 201: jsonResponse(StaffRecordView, 'The account', STAFF_RECORD_EXAMPLE) },
});

const disableRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/staff/{id}/disable',
  permission: 'staff.write',
  tags: ['admin: staff'],
  summary: 'Close an account and end its sessions; repeating it changes nothing',
  request: { params: IdPath },
  errors: ['not_found', 'conflict'],
  responses: {
    200: jsonResponse(StaffRecordView, 'The account', { ...STAFF_RECORD_EXAMPLE, status: 'disabled' }),
  },
});

const enableRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/staff/{id}/enable',
  permission: 'staff.write',
  tags: ['admin: staff'],
  summary: 'Open a closed account again; repeating it changes nothing',
  request: { params: IdPath },
  errors: ['not_found'],
  responses: { 200: jsonResponse(StaffRecordView, 'The account', STAFF_RECORD_EXAMPLE) },
});

/** Staff: signing in and out, the own password, and the accounts of others. */
export function staffIdentityRoutes() {
  const router = newRouter();
  router.use(signInRoute.getRoutingPath(), limitLogins(LOGINS_PER_MINUTE));

  router.openapi(signInRoute, async (context) => {
    const { username, password } = context.req.valid('json');
    const given = { username: username.trim().toLowerCase(), password };
    return context.json(orThrow(await signInStaff(context.get('db'), given, context.get('now'))), 200);
  });

  router.openapi(signOutRoute, async (context) => {
    await signOutStaff(context.get('db'), presentedToken(context.req));
    return context.body(null, 204);
  });

  router.openapi(meRoute, async (context) => {
    const account = await findStaff(context.get('db'), staffOf(context).staffId);
    if (account === undefined) throw new ApiError('session_expired');
    return context.json(staffProfile(account), 200);
  });

  router.openapi(passwordRoute, async (context) => {
    const passwords = context.req.valid('json');
    orThrow(
      await changePassword(context.get('db'), actorOf(context), presentedToken(context.req), passwords),
    );
    return context.body(null, 204);
  });

  router.openapi(listRoute, async (context) => {
    const { cursor, limit } = context.req.valid('query');
    const rows = await listStaff(context.get('db'), staffOf(context).scope, { before: cursor, limit });
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });

  router.openapi(createRoute, async (context) =>
    context.json(
      orThrow(await createStaff(context.get('db'), actorOf(context), context.req.valid('json'))),
      201,
    ),
  );
  router.openapi(disableRoute, async (context) =>
    context.json(
      orThrow(await disableStaff(context.get('db'), actorOf(context), context.req.valid('param').id)),
      200,
    ),
  );
  router.openapi(enableRoute, async (context) =>
    context.json(
      orThrow(await enableStaff(context.get('db'), actorOf(context), context.req.valid('param').id)),
      200,
    ),
  );
  return router;
}
