import { z } from '@hono/zod-openapi';
import { code2Session } from '../../protocols/wechat/mini-program-client.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { riderOf } from '../app-env.ts';
import type { Env } from '../env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { limitLogins } from '../middleware/rate-limit.ts';
import { presentedToken } from './presented-token.ts';
import { findRider } from './rider-queries.ts';
import { signInRider, signOutRider, type WechatIdentity } from './rider-session.ts';
import { RIDER_EXAMPLE, RiderSessionView, RiderView } from './views.ts';

const LOGINS_PER_MINUTE = 300;

const signInRoute = defineRoute({
  method: 'post',
  path: '/v1/rider/session',
  permission: 'public',
  tags: ['rider: account'],
  summary: 'Sign a rider in with the code of wx.login; the first time makes the account',
  request: {
    body: jsonBody(z.strictObject({ code: z.string().min(1).max(128) }), {
      code: '0a3Xyz000abcDEF1ghI200jKLm3Xyz0N',
    }),
  },
  errors: ['login_code_invalid', 'identity_provider_unavailable', 'account_disabled', 'rate_limited'],
  responses: {
    200: jsonResponse(RiderSessionView, 'Signed in for 30 days', {
      token: 'rt_5yq3…',
      expiresAt: 1769817600000,
      rider: RIDER_EXAMPLE,
    }),
  },
});

const signOutRoute = defineRoute({
  method: 'delete',
  path: '/v1/rider/session',
  permission: 'rider.self',
  tags: ['rider: account'],
  summary: 'Sign out: the token is worthless from here on',
  responses: { 204: { description: 'Signed out' } },
});

const meRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/me',
  permission: 'rider.self',
  tags: ['rider: account'],
  summary: 'Who is signed in',
  responses: { 200: jsonResponse(RiderView, 'The rider', RIDER_EXAMPLE) },
});

/** A rider's own account: signing in and out, and who they are. */
export function riderIdentityRoutes() {
  const router = newRouter();
  router.use(signInRoute.getRoutingPath(), limitLogins(LOGINS_PER_MINUTE));

  router.openapi(signInRoute, async (context) => {
    const identity = await askWechat(context.env, context.req.valid('json').code);
    const signedIn = await signInRider(
      context.get('db'),
      identity,
      context.get('language'),
      context.get('now'),
    );
    return context.json(orThrow(signedIn), 200);
  });

  router.openapi(signOutRoute, async (context) => {
    await signOutRider(context.get('db'), presentedToken(context.req));
    return context.body(null, 204);
  });

  router.openapi(meRoute, async (context) => {
    const rider = await findRider(context.get('db'), riderOf(context).riderId);
    if (rider === undefined) throw new ApiError('session_expired');
    const { id, displayName, realName, memberDiscountBp } = rider;
    return context.json({ id, displayName, realName, memberDiscountBp }, 200);
  });
  return router;
}

/** Who WeChat says holds this code; the session key is not kept, nothing here needs it. */
async function askWechat(env: Env, code: string): Promise<WechatIdentity> {
  const session = await code2Session(
    {
      origin: env.WECHAT_API_ORIGIN,
      appId: env.WECHAT_APP_ID,
      appSecret: env.WECHAT_APP_SECRET,
      fetch: (url, init) => fetch(url, init),
    },
    code,
  );
  switch (session.kind) {
    case 'ok':
      return session;
    case 'invalid-code':
      throw new ApiError('login_code_invalid');
    case 'misconfigured':
    case 'busy':
      console.error('wechat login', session);
      throw new ApiError('identity_provider_unavailable');
  }
}
