import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { openDatabase } from '../../database/open.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { tariffVersions } from '../../database/schema/pricing.ts';
import {
  flatEnergyTariff,
  hourlyTariff,
  sessionTariff,
  shanghai,
  tierTariff,
  touTariff,
} from '../../domain/pricing/sample-tariffs.test-support.ts';
import { fen } from '../../domain/units.ts';
import { call } from '../../tests/workers/city.ts';
import { signInStaff } from '../../tests/workers/sign-in.ts';

const HOUR = 3_600_000;
const db = openDatabase(env.DB);

/** The answer's body, as a test reads it. */
interface TariffBody {
  readonly id: string;
  readonly inForce: { readonly id: string } | null;
  readonly versions: readonly { readonly id: string; readonly effectiveFrom: number }[];
  readonly nextCursor: string | null;
}

async function makeTariff(token: string, extra: object = {}): Promise<TariffBody> {
  const body = { name: '科技园', rules: flatEnergyTariff(6500, 8500), ...extra };
  const made = await call('POST', '/v1/admin/tariffs', { token, body });
  expect(made.status).toBe(201);
  return made.body;
}

test('an operator makes a tariff, dates a new price ahead, and takes it back before it counts', async () => {
  const { id: staffId, token } = await signInStaff('operations');
  const made = await makeTariff(token);
  expect(made).toMatchObject({ name: '科技园', agentId: null, inForce: { id: made.versions[0]?.id } });

  const path = `/v1/admin/tariffs/${made.id}`;
  const tomorrow = Date.now() + 24 * HOUR;
  const dearer = await call('POST', `${path}/versions`, {
    token,
    body: { rules: touTariff(), effectiveFrom: tomorrow },
  });
  expect(dearer).toMatchObject({ status: 201, body: { effectiveFrom: tomorrow, createdBy: staffId } });
  const dearerId = (dearer.body as { id: string }).id;

  const shown: TariffBody = (await call('GET', path, { token })).body;
  expect(shown.versions.map(({ id }) => id)).toEqual([dearerId, made.versions[0]?.id]);
  expect(shown.inForce?.id).toBe(made.versions[0]?.id);

  const current = await call('DELETE', `${path}/versions/${made.versions[0]?.id}`, { token });
  expect(current).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  const ahead = `${path}/versions/${dearerId}`;
  const twice = await Promise.all([call('DELETE', ahead, { token }), call('DELETE', ahead, { token })]);
  expect(twice.map(({ status }) => status).toSorted()).toEqual([204, 404]);
  expect(await call('DELETE', ahead, { token })).toMatchObject({ status: 404 });

  const trail = await db.select().from(auditLog).orderBy(auditLog.id);
  expect(trail.filter(({ subject }) => subject === `tariff:${made.id}`).map(({ action }) => action)).toEqual([
    'pricing.tariff.create',
    'pricing.version.create',
    'pricing.version.withdraw',
  ]);
  expect(trail.at(-1)).toMatchObject({ staffId, before: { id: dearerId, rules: touTariff() }, after: null });
});

test('nobody sets a price for the past, and every fault of a tariff is named at once', async () => {
  const { token } = await signInStaff('operations');
  const made = await makeTariff(token);
  const past = await call('POST', `/v1/admin/tariffs/${made.id}/versions`, {
    token,
    body: { rules: touTariff(), effectiveFrom: Date.now() - 1000 },
  });
  expect(past).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request', details: { issues: [{ path: 'effectiveFrom' }] } } },
  });

  const versions = await db.$count(tariffVersions);
  const flawed = {
    ...touTariff({ minimumFen: fen(500), capFen: fen(100) }),
    periods: [
      {
        fromMinute: 0,
        toMinute: 600,
        label: 'flat',
        electricityCentiFenPerKwh: -1,
        serviceCentiFenPerKwh: 1.5,
      },
    ],
  };
  const refused = await call('POST', '/v1/admin/tariffs', { token, body: { name: '错', rules: flawed } });
  expect(refused).toMatchObject({ status: 422, body: { error: { code: 'tariff_invalid' } } });
  expect(
    (
      refused.body as { error: { details: { problems: { path: string; problem: string }[] } } }
    ).error.details.problems
      .map(({ path, problem }) => `${path} ${problem}`)
      .toSorted(),
  ).toEqual([
    'minimumFen minimum_above_cap',
    'periods gap',
    'periods.0.electricityCentiFenPerKwh below_least',
    'periods.0.serviceCentiFenPerKwh not_an_integer',
  ]);

  const unknownField = { ...sessionTariff(), vip: true };
  const strict = await call('POST', '/v1/admin/tariffs', {
    token,
    body: { name: '错', rules: unknownField },
  });
  expect(strict).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
  expect(await db.$count(tariffVersions)).toBe(versions);
});

test('all four kinds of tariff travel through the API unchanged', async () => {
  const { token } = await signInStaff('operations');
  for (const rules of [touTariff(), hourlyTariff(), tierTariff(), sessionTariff()]) {
    const made = await makeTariff(token, { rules });
    const shown = await call('GET', `/v1/admin/tariffs/${made.id}`, { token });
    expect(shown.body).toMatchObject({ inForce: { rules }, versions: [{ rules }] });
  }
});

test('an agent sees the platform’s tariffs and its own, never another’s, and changes only its own', async () => {
  const { token: system } = await signInStaff('system');
  const platform = await makeTariff(system, { name: '平台' });
  const mine = await makeTariff(system, { name: '甲', agentId: 'agent-a' });
  const theirs = await makeTariff(system, { name: '乙', agentId: 'agent-b' });

  const { token } = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: { items: TariffBody[]; nextCursor: string | null } = (
      await call('GET', `/v1/admin/tariffs?limit=2${query}`, { token })
    ).body;
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(expect.arrayContaining([platform.id, mine.id]));
  expect(seen).not.toContain(theirs.id);
  expect(new Set(seen).size).toBe(seen.length);
  expect((await call('GET', `/v1/admin/tariffs/${theirs.id}`, { token })).status).toBe(404);

  // An agent holds no right to write; an operator bound to a region has it, within that region.
  const body = { rules: touTariff() };
  expect((await call('POST', `/v1/admin/tariffs/${mine.id}/versions`, { token, body })).status).toBe(403);
  const { token: regional } = await signInStaff('operations', { kind: 'agent', agentId: 'agent-a' });
  const write = (id: string) =>
    call('POST', `/v1/admin/tariffs/${id}/versions`, { token: regional, body }).then(({ status }) => status);
  expect(await write(mine.id)).toBe(201);
  expect(await write(platform.id)).toBe(403);
  expect(await write(theirs.id)).toBe(404);
  expect(await makeTariff(regional)).toMatchObject({ agentId: 'agent-a' });
});

test('versions are paged without a gap even where two start at the same moment', async () => {
  const { token } = await signInStaff('operations');
  const made = await makeTariff(token);
  const later = Date.now() + HOUR;
  for (const effectiveFrom of [later, later, later + 1, later])
    await call('POST', `/v1/admin/tariffs/${made.id}/versions`, {
      token,
      body: { rules: touTariff(), effectiveFrom },
    });
  const seen: string[] = [];
  let cursor = '';
  for (;;) {
    const page: TariffBody = (await call('GET', `/v1/admin/tariffs/${made.id}?limit=2${cursor}`, { token }))
      .body;
    seen.push(...page.versions.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
  const bad = await call('GET', `/v1/admin/tariffs/${made.id}?cursor=nonsense`, { token });
  expect(bad).toMatchObject({ status: 400, body: { error: { code: 'invalid_cursor' } } });
});

test('finance previews what a night’s charge costs, period by period, from rules or from a tariff', async () => {
  const { token } = await signInStaff('finance');
  // 21:00 to 23:00 at 500 W: an hour of the evening peak, an hour of the valley.
  const session = { startAt: shanghai('2026-03-01 21:00'), energyWh: 1000, durationMinutes: 120 };
  const rules = touTariff({ memberDiscountable: 'service' });
  const preview = await call('POST', '/v1/admin/tariffs/preview', {
    token,
    body: { rules, ...session, memberDiscountBp: 5000 },
  });
  expect(preview).toMatchObject({
    status: 200,
    body: { totalFen: 80, electricityFen: 65, serviceFen: 15, discountFen: 15, free: false },
  });
  const { periods, lines } = preview.body as {
    periods: { label: string; energyWh: number; electricityFen: number; serviceFen: number }[];
    lines: { amountFen: number }[];
  };
  expect(
    periods.map(({ label, energyWh, electricityFen, serviceFen }) => [
      label,
      energyWh,
      electricityFen,
      serviceFen,
    ]),
  ).toEqual([
    ['valley', 500, 15, 10],
    ['flat', 0, 0, 0],
    ['peak', 0, 0, 0],
    ['flat', 0, 0, 0],
    ['peak', 500, 50, 20],
  ]);
  expect(lines.reduce((sum, { amountFen }) => sum + amountFen, 0)).toBe(80);

  const { token: operator } = await signInStaff('operations');
  const made = await makeTariff(operator, { rules, effectiveFrom: Date.now() + HOUR });
  const dated = (startAt: number) =>
    call('POST', '/v1/admin/tariffs/preview', { token, body: { ...session, startAt, tariffId: made.id } });
  expect(await dated(Date.now())).toMatchObject({
    status: 422,
    body: { error: { code: 'tariff_not_found' } },
  });
  expect(await dated(Date.now() + 2 * HOUR)).toMatchObject({ status: 200, body: { energyWh: 1000 } });

  const limited = await call('POST', '/v1/admin/tariffs/preview', {
    token,
    body: { rules, ...session, moneyLimitFen: 40 },
  });
  expect(limited.body).toMatchObject({ totalFen: 40, waivedFen: 55 });
  for (const body of [session, { ...session, rules, tariffId: made.id }])
    expect((await call('POST', '/v1/admin/tariffs/preview', { token, body })).status).toBe(400);
});

test('the documents describe each kind of tariff, with units, bounds and what may be null', async () => {
  const { components } = (await call('GET', '/openapi.json')).body as {
    components: { schemas: Record<string, { properties: Record<string, object> }> };
  };
  expect(components.schemas).toMatchObject({
    TariffRules: {
      discriminator: { propertyName: 'kind', mapping: { 'power-tier': expect.any(String) } },
    },
    EnergyTariff: {
      additionalProperties: false,
      properties: {
        capFen: { type: ['integer', 'null'], minimum: 1 },
        periods: {
          maxItems: 24,
          items: {
            properties: {
              serviceCentiFenPerKwh: { type: 'integer', description: expect.stringContaining('1/100 fen') },
            },
          },
        },
      },
    },
  });
});
