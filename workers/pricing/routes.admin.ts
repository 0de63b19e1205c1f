import { z } from '@hono/zod-openapi';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { validateTariff } from '../../domain/pricing/validate-tariff.ts';
import { basisPoints, durationMs, epochMs, fen, MINUTE, wh } from '../../domain/units.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { PREVIEW_EXAMPLE, previewBill, TariffPreviewView } from './preview.ts';
import {
  findTariff,
  findVersionAt,
  listTariffs,
  listVersions,
  type TariffInForce,
  type TariffRow,
  tariffsInForce,
  type VersionRow,
  versionCursor,
} from './queries.ts';
import { addVersion, createTariff, withdrawVersion } from './service.ts';
import {
  RULES_EXAMPLE,
  TARIFF_EXAMPLE,
  TariffDetailView,
  TariffRulesSchema,
  TariffVersionView,
  TariffView,
  VERSION_EXAMPLE,
} from './tariff-schema.ts';

const tags = ['tariffs'];
const IdParam = z.object({ id: z.string().min(1).max(64) });
const VersionParam = IdParam.extend({ versionId: z.string().min(1).max(64) });

/** The year 2100: later moments are slips of the keyboard. */
const LAST_MOMENT = 4_102_444_800_000;
const EffectiveFrom = z
  .int()
  .min(0)
  .max(LAST_MOMENT)
  .optional()
  .openapi({ description: 'Epoch ms, not before now; left out, it is in force at once.' });

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/tariffs',
  permission: 'pricing.tariff.read',
  tags,
  summary: 'Tariffs, newest first, with the version in force',
  request: { query: PageQuery },
  responses: {
    200: jsonResponse(pageOf(TariffView), 'A page', { items: [TARIFF_EXAMPLE], nextCursor: null }),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/tariffs/{id}',
  permission: 'pricing.tariff.read',
  tags,
  summary: 'A tariff with its versions, the last to come into force first',
  request: { params: IdParam, query: PageQuery },
  errors: ['not_found', 'invalid_cursor'],
  responses: {
    200: jsonResponse(TariffDetailView, 'The tariff', {
      ...TARIFF_EXAMPLE,
      versions: [VERSION_EXAMPLE],
      nextCursor: null,
    }),
  },
});

const createTariffRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/tariffs',
  permission: 'pricing.tariff.write',
  tags,
  summary: 'Make a tariff with its first version',
  request: {
    body: jsonBody(
      z.strictObject({
        name: z.string().trim().min(1).max(60),
        agentId: z.string().min(1).max(64).nullable().optional().openapi({
          description: 'Whose it is. Left out: the caller’s agent, or the platform.',
        }),
        rules: TariffRulesSchema,
        effectiveFrom: EffectiveFrom,
      }),
      { name: '科技园峰谷电价', rules: RULES_EXAMPLE },
    ),
  },
  errors: ['tariff_invalid'],
  responses: {
    201: jsonResponse(TariffDetailView, 'Made', {
      ...TARIFF_EXAMPLE,
      versions: [VERSION_EXAMPLE],
      nextCursor: null,
    }),
  },
});

const addVersionRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/tariffs/{id}/versions',
  permission: 'pricing.tariff.write',
  tags,
  summary: 'Add a version; versions are never edited',
  request: {
    params: IdParam,
    body: jsonBody(z.strictObject({ rules: TariffRulesSchema, effectiveFrom: EffectiveFrom }), {
      rules: RULES_EXAMPLE,
      effectiveFrom: 1767225600000,
    }),
  },
  errors: ['tariff_invalid', 'not_found'],
  responses: { 201: jsonResponse(TariffVersionView, 'Added', VERSION_EXAMPLE) },
});

const withdrawRoute = defineRoute({
  method: 'delete',
  path: '/v1/admin/tariffs/{id}/versions/{versionId}',
  permission: 'pricing.tariff.write',
  tags,
  summary: 'Withdraw a version that is not in force yet',
  request: { params: VersionParam },
  errors: ['not_found', 'conflict'],
  responses: { 204: { description: 'Withdrawn' } },
});

const PreviewBody = z
  .strictObject({
    rules: TariffRulesSchema.optional(),
    tariffId: z.string().min(1).max(64).optional().openapi({
      description: 'Instead of `rules`: the version of this tariff in force at `startAt`.',
    }),
    startAt: z.int().min(0).max(LAST_MOMENT).openapi({ description: 'Epoch ms' }),
    energyWh: z.int().min(0).max(100_000),
    durationMinutes: z.int().min(0).max(10_080),
    memberDiscountBp: z.int().min(0).max(10_000).optional(),
    moneyLimitFen: z.int().min(0).max(1_000_000).optional(),
  })
  .refine(({ rules, tariffId }) => (rules === undefined) !== (tariffId === undefined), {
    path: ['rules'],
    message: 'give either rules or tariffId',
  });

const previewRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/tariffs/preview',
  permission: 'pricing.tariff.preview',
  tags,
  summary: 'What a charge would cost under a tariff, line by line',
  request: {
    body: jsonBody(PreviewBody, {
      rules: RULES_EXAMPLE,
      startAt: 1767225600000,
      energyWh: 1000,
      durationMinutes: 120,
    }),
  },
  errors: ['tariff_invalid', 'tariff_not_found', 'not_found'],
  responses: { 200: jsonResponse(TariffPreviewView, 'The bill', PREVIEW_EXAMPLE) },
});

/** Staff's routes about tariffs. */
export function adminTariffRoutes() {
  const router = newRouter();

  router.openapi(previewRoute, async (context) => {
    const body = context.req.valid('json');
    const startAt = epochMs(body.startAt);
    const previewed = async (tariffId: string): Promise<TariffRules> => {
      const tariff = await findTariff(context.get('db'), staffOf(context).scope, tariffId);
      if (tariff === undefined) throw new ApiError('not_found');
      const version = await findVersionAt(context.get('db'), tariff.id, startAt);
      if (version === undefined) throw new ApiError('tariff_not_found');
      return version.rules;
    };
    const rules =
      body.tariffId === undefined ? orThrow(validateTariff(body.rules)) : await previewed(body.tariffId);
    const { energyWh, durationMinutes, memberDiscountBp, moneyLimitFen } = body;
    const preview = previewBill(
      rules,
      { startAt, energyWh: wh(energyWh), durationMs: durationMs(durationMinutes * MINUTE) },
      {
        memberDiscountBp: memberDiscountBp === undefined ? undefined : basisPoints(memberDiscountBp),
        moneyLimitFen: moneyLimitFen === undefined ? undefined : fen(moneyLimitFen),
      },
    );
    return context.json(preview, 200);
  });

  router.openapi(listRoute, async (context) => {
    const db = context.get('db');
    const query = context.req.valid('query');
    const rows = await listTariffs(db, staffOf(context).scope, { cursor: query.cursor, limit: query.limit });
    const page = toPage(rows, query.limit, (row) => row.id);
    const inForce = await tariffsInForce(
      db,
      page.items.map(({ id }) => id),
      context.get('now'),
    );
    return context.json(
      { ...page, items: page.items.map((row) => tariffView(row, inForce.get(row.id))) },
      200,
    );
  });

  router.openapi(getRoute, async (context) => {
    const db = context.get('db');
    const { id } = context.req.valid('param');
    const { cursor, limit } = context.req.valid('query');
    const [tariff, inForce, rows] = await Promise.all([
      findTariff(db, staffOf(context).scope, id),
      findVersionAt(db, id, context.get('now')),
      listVersions(db, id, { cursor, limit }),
    ]);
    if (tariff === undefined) throw new ApiError('not_found');
    const page = toPage(rows, limit, versionCursor);
    return context.json(
      {
        ...tariffView(tariff, inForce),
        versions: page.items.map(versionView),
        nextCursor: page.nextCursor,
      },
      200,
    );
  });

  router.openapi(createTariffRoute, async (context) => {
    const { name, agentId, rules, effectiveFrom } = context.req.valid('json');
    const made = await createTariff(context.get('db'), actorOf(context), {
      name,
      agentId,
      rules,
      effectiveFrom,
    });
    const { tariff, version } = made;
    const inForce = version.effectiveFrom > context.get('now') ? undefined : inForceOf(version);
    return context.json(
      { ...tariffView(tariff, inForce), versions: [versionView(version)], nextCursor: null },
      201,
    );
  });

  router.openapi(addVersionRoute, async (context) => {
    const { rules, effectiveFrom } = context.req.valid('json');
    const { id } = context.req.valid('param');
    const version = await addVersion(context.get('db'), actorOf(context), id, { rules, effectiveFrom });
    return context.json(versionView(version), 201);
  });

  router.openapi(withdrawRoute, async (context) => {
    const { id, versionId } = context.req.valid('param');
    await withdrawVersion(context.get('db'), actorOf(context), id, versionId);
    return context.body(null, 204);
  });

  return router;
}

const inForceOf = (version: VersionRow): TariffInForce => ({
  tariffId: version.tariffId,
  tariffVersionId: version.id,
  rules: version.rules,
});

function tariffView(tariff: TariffRow, inForce: TariffInForce | undefined) {
  return {
    ...tariff,
    inForce: inForce === undefined ? null : { id: inForce.tariffVersionId, rules: inForce.rules },
  };
}

function versionView({ tariffId: _tariff, ...version }: VersionRow) {
  return version;
}
