import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { dtus, networkNumbers } from '../../database/schema/fleet.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { type SignedIn, signInStaff } from '../../tests/workers/sign-in.ts';
import { hashDeviceKey } from './device-key.ts';
import {
  ask,
  database,
  type PageOf,
  seedCharger,
  seedModel,
  seedSite,
  seedTariff,
} from './fleet.test-support.ts';

interface Allocated {
  batchId: string;
  numbers: number[];
}
interface Usage {
  items: {
    kind: string;
    allocated: number;
    capacity: number;
    left: number;
    shareBp: number;
    alert: boolean;
  }[];
}
interface Imported {
  batchId: string | null;
  imported: number;
  rows: { row: number; verdict: string }[];
}

let operations: SignedIn;
let agent: SignedIn;
beforeAll(async () => {
  operations = await signInStaff('operations');
  agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
});

const allocate = (kind: string, count: unknown, who = operations) =>
  ask<Allocated>(who, 'POST', '/v1/admin/network-numbers/allocate', { kind, count });
const importNumbers = (csv: string, allOrNothing = false, kind = 'dtu') =>
  ask<Imported>(operations, 'POST', '/v1/admin/network-numbers/import', { kind, csv, allOrNothing });
const usageOf = async (kind: string) => {
  const { body } = await ask<Usage>(operations, 'GET', '/v1/admin/network-numbers/usage');
  return body.items.find((item) => item.kind === kind);
};
const book = (from: number, to: number, kind: 'dtu' | 'battery' | 'tbox', origin: 'allocated' | 'imported') =>
  database()
    .insert(networkNumbers)
    .values(
      Array.from({ length: to - from + 1 }, (_, i) => ({
        number: from + i,
        kind,
        origin,
        batchId: 't',
        allocatedAt: 0,
      })),
    );

describe('network numbers', () => {
  test('are given out in order, a thousand at once, stepping over imported ones', async () => {
    expect((await importNumbers('number\n200003\n200004\n', true, 'battery')).body.imported).toBe(2);
    const first = await allocate('battery', 4);
    expect(first.status).toBe(201);
    expect(first.body.numbers).toEqual([200_001, 200_002, 200_005, 200_006]);
    const second = await allocate('battery', 1000);
    expect(second.body.numbers).toHaveLength(1000);
    expect([second.body.numbers[0], second.body.numbers[999]]).toEqual([200_007, 201_006]);
    expect(await usageOf('battery')).toEqual({
      kind: 'battery',
      capacity: 4_800_000,
      allocated: 1006,
      left: 4_798_994,
      shareBp: 2,
      alert: false,
    });
    const audit = await database()
      .select()
      .from(auditLog)
      .where(eq(auditLog.subject, `number-batch:${second.body.batchId}`));
    expect(audit).toMatchObject([{ after: { kind: 'battery', count: 1000, first: 200_007, last: 201_006 } }]);
  });

  test('no number is given out twice, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => allocate('tbox', 50)));
    const given = answers.filter(({ status }) => status === 201).flatMap(({ body }) => body.numbers);
    expect(new Set(given).size).toBe(given.length);
    expect(answers.every(({ status }) => status === 201 || status === 503)).toBe(true);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(3);
    const rows = await database().select().from(networkNumbers).where(eq(networkNumbers.kind, 'tbox'));
    expect(rows).toHaveLength(given.length);
  });

  test('an import tells what is wrong with each row, and all-or-nothing takes none then', async () => {
    const csv = 'number\n21000\n21 001\n300000\n21000\n7\n21002\n';
    const strict = await importNumbers(csv, true);
    expect(strict.body).toMatchObject({ batchId: null, imported: 0 });
    const { body } = await importNumbers(csv);
    expect(body.imported).toBe(2);
    expect(body.rows.map(({ verdict }) => verdict)).toEqual([
      'accepted',
      'malformed',
      'wrong_kind',
      'duplicate',
      'out_of_range',
      'accepted',
    ]);
    const again = await importNumbers('number\n21000\n21003');
    expect(again.body.rows.map(({ verdict }) => verdict)).toEqual(['taken', 'accepted']);
    expect((await importNumbers('nummer\n21000')).status).toBe(400);
  });

  test('a number can be looked up', async () => {
    await book(22_000, 22_000, 'dtu', 'imported');
    const check = async (number: string) =>
      (await ask<unknown>(operations, 'GET', `/v1/admin/network-numbers/check?number=${number}`)).body;
    expect(await check('22000')).toEqual({ valid: true, reason: null, kind: 'dtu', taken: true });
    expect(await check('22001')).toEqual({ valid: true, reason: null, kind: 'dtu', taken: false });
    expect(await check('5000001')).toMatchObject({ valid: true, kind: 'tbox' });
    expect(await check('20000')).toEqual({ valid: false, reason: 'out_of_range', kind: null, taken: false });
    expect(await check('022000')).toEqual({ valid: false, reason: 'format', kind: null, taken: false });
  });

  test('at the end of the range the last go out, then the answer is exhausted; from 90 % on there is an alert', async () => {
    // All but 1,000 of the DTU numbers that are left are on old labels.
    const booked = await database()
      .select({ number: networkNumbers.number })
      .from(networkNumbers)
      .where(eq(networkNumbers.kind, 'dtu'));
    const known = new Set(booked.map(({ number }) => number));
    const fresh: number[] = [];
    for (let number = 20_001; number <= 199_000; number += 1) if (!known.has(number)) fresh.push(number);
    for (let at = 0; at < fresh.length; at += 5_000) {
      const csv = `number\n${fresh.slice(at, at + 5_000).join('\n')}`;
      expect((await importNumbers(csv, true)).status).toBe(200);
    }
    expect(await usageOf('dtu')).toMatchObject({
      allocated: 179_000,
      left: 1_000,
      shareBp: 9944,
      alert: true,
    });
    const most = await allocate('dtu', 998);
    expect([most.body.numbers[0], most.body.numbers.at(-1)]).toEqual([199_001, 199_998]);
    const tooMany = await ask(operations, 'POST', '/v1/admin/network-numbers/allocate', {
      kind: 'dtu',
      count: 3,
    });
    expect([tooMany.status, tooMany.body.error]).toMatchObject([
      409,
      { code: 'network_numbers_exhausted', details: { kind: 'dtu', asked: 3, left: 2 } },
    ]);
    expect((await allocate('dtu', 2)).body.numbers).toEqual([199_999, 200_000]);
    expect((await allocate('dtu', 1)).status).toBe(409);
  }, 60_000);

  test.each([0, 1001, 1.5, '5', null])('a count of %j is refused', async (count) => {
    expect((await allocate('battery', count)).status).toBe(400);
  });

  test('agents and parts of the network have no say in numbers', async () => {
    expect((await allocate('battery', 1, agent)).status).toBe(403);
    const keeper = await signInStaff('operations', { kind: 'sites', siteIds: ['s1'] });
    expect((await allocate('battery', 1, keeper)).status).toBe(403);
    expect((await ask(keeper, 'GET', '/v1/admin/network-numbers/usage')).status).toBe(403);
  });
});

describe('DTUs', () => {
  interface KeyAnswer {
    number: number;
    key: string;
  }
  const createDtu = (number: unknown, key?: string) =>
    ask<KeyAnswer>(operations, 'POST', '/v1/admin/dtus', key === undefined ? { number } : { number, key });
  const code = (answer: { body: unknown }) => (answer.body as { error: { code: string } }).error.code;
  const stored = (number: number) => database().select().from(dtus).where(eq(dtus.number, number)).get();

  test('the key is told once and kept as a hash only, in no log', async () => {
    const [first, second] = [23_001, 23_002];
    await book(23_001, 23_002, 'dtu', 'imported').onConflictDoNothing();
    const made = await createDtu(first);
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const row = await stored(first);
    expect(row?.keyHash).toBe(await hashDeviceKey(row?.keySalt ?? '', made.body.key));
    const rotated = await ask<KeyAnswer>(operations, 'POST', `/v1/admin/dtus/${first}/rotate-key`, {});
    expect(rotated.body.key).not.toBe(made.body.key);
    expect((await stored(first))?.keyHash).not.toBe(row?.keyHash);
    const chosen = await createDtu(second, 'printed-on-the-case-42');
    expect(chosen.body.key).toBe('printed-on-the-case-42');
    const audit = JSON.stringify(await database().select().from(auditLog));
    for (const key of [made.body.key, rotated.body.key, chosen.body.key]) expect(audit).not.toContain(key);
    const list = await ask<PageOf<{ number: number }>>(
      operations,
      'GET',
      '/v1/admin/dtus?limit=1&status=stock',
    );
    expect(Object.keys(list.body.items[0] ?? {}).sort()).toEqual([
      'chargerId',
      'createdAt',
      'number',
      'siteId',
      'status',
    ]);
    const next = await ask<PageOf<{ number: number }>>(
      operations,
      'GET',
      `/v1/admin/dtus?limit=1&status=stock&cursor=${list.body.nextCursor}`,
    );
    expect([list.body.items[0]?.number, next.body.items[0]?.number]).toEqual([second, first]);
  });

  test('needs an allocated DTU number of its own and a key of 16 to 40 characters', async () => {
    await book(20_001, 20_001, 'dtu', 'imported').onConflictDoNothing();
    const number = 20_001;
    expect((await createDtu(number)).status).toBe(201);
    expect(code(await createDtu(number))).toBe('network_number_taken');
    await database().delete(networkNumbers).where(eq(networkNumbers.number, 20_002));
    expect(code(await createDtu(20_002))).toBe('network_number_invalid');
    expect((await createDtu(200_001)).status).toBe(400);
    expect((await createDtu(20_003, 'too short')).status).toBe(400);
    expect((await createDtu(20_003, 'x'.repeat(41))).status).toBe(400);
    expect((await createDtu(20_003, 'has spaces in between')).status).toBe(400);
  });

  test('P1: an agent sees and re-keys the DTUs at its own sites, not others’ and not the stock', async () => {
    const tariffId = await seedTariff();
    const modelId = await seedModel();
    const bound = async (number: number, agentId: string) => {
      const siteId = await seedSite({ tariffId, agentId });
      const chargerId = await seedCharger({ siteId, modelId });
      await database()
        .insert(dtus)
        .values({ number, keySalt: 's', keyHash: 'h', status: 'bound', chargerId, createdAt: 0 });
      return number;
    };
    const own = await bound(24_001, 'agent-a');
    const other = await bound(24_002, 'agent-b');
    await database().insert(dtus).values({ number: 24_003, keySalt: 's', keyHash: 'h', createdAt: 0 });
    const list = await ask<PageOf<{ number: number }>>(agent, 'GET', '/v1/admin/dtus');
    expect(list.body.items.map(({ number }) => number)).toEqual([own]);
    expect((await ask(agent, 'POST', `/v1/admin/dtus/${own}/rotate-key`, {})).status).toBe(200);
    for (const number of [other, 24_003])
      expect((await ask(agent, 'POST', `/v1/admin/dtus/${number}/rotate-key`, {})).status).toBe(404);
    expect((await stored(other))?.keyHash).toBe('h');
    expect((await ask(agent, 'POST', '/v1/admin/dtus', { number: 24_004 })).status).toBe(403);
    expect((await ask(operations, 'POST', `/v1/admin/dtus/${own}/restock`, { reason: 'x' })).status).toBe(
      409,
    );
  });
});

describe('the catalogue', () => {
  test('types and models are made, changed and listed; a model limits what its chargers may draw', async () => {
    const type = await ask<{ id: string; name: string }>(operations, 'POST', '/v1/admin/device-types', {
      code: 'pile',
      name: '充电桩',
    });
    expect(type.status).toBe(201);
    const twin = await ask(operations, 'POST', '/v1/admin/device-types', { code: 'pile', name: '又一个' });
    expect([twin.status, twin.body.error.code]).toEqual([409, 'conflict']);
    const renamed = await ask<{ name: string }>(
      operations,
      'PATCH',
      `/v1/admin/device-types/${type.body.id}`,
      {
        name: '二轮车充电桩',
      },
    );
    expect(renamed.body.name).toBe('二轮车充电桩');
    const facts = {
      typeId: type.body.id,
      vendor: '电驿',
      name: 'DY-10',
      protocol: 'ocpp1.6',
      outlets: 10,
      ratedPowerW: 800,
      maxTemperatureDeciC: 850,
      maxSessionMinutes: 720,
    };
    const model = await ask<{ id: string }>(operations, 'POST', '/v1/admin/device-models', facts);
    expect(model.status).toBe(201);
    const changed = await ask(operations, 'PATCH', `/v1/admin/device-models/${model.body.id}`, {
      ratedPowerW: 1000,
    });
    expect(changed.body).toMatchObject({ ...facts, ratedPowerW: 1000 });
    const list = await ask<PageOf<{ id: string }>>(
      agent,
      'GET',
      `/v1/admin/device-models?typeId=${type.body.id}`,
    );
    expect(list.body.items).toMatchObject([{ id: model.body.id, ratedPowerW: 1000 }]);
    for (const change of [{ outlets: 0 }, { protocol: 'ocpp3' }, { typeId: 'nope' }, { ratedPowerW: 0.5 }])
      expect((await ask(operations, 'POST', '/v1/admin/device-models', { ...facts, ...change })).status).toBe(
        400,
      );
    expect((await ask(operations, 'PATCH', '/v1/admin/device-models/nope', { name: 'x' })).status).toBe(404);
    // The catalogue is everybody's: an agent reads it and leaves it alone.
    for (const path of ['device-types', 'device-models'])
      expect(
        (
          await ask(
            agent,
            'POST',
            `/v1/admin/${path}`,
            path === 'device-types' ? { code: 'x', name: 'x' } : facts,
          )
        ).status,
      ).toBe(403);
  });

  test('battery data terminals come in one by one or by file', async () => {
    const one = await ask(operations, 'POST', '/v1/admin/bdts', { serial: 'BDT-1', vendor: '电驿' });
    expect(one.status).toBe(201);
    expect(
      (await ask(operations, 'POST', '/v1/admin/bdts', { serial: 'BDT-1', vendor: '电驿' })).status,
    ).toBe(409);
    const { body } = await ask<{ imported: number; rows: { result: string }[] }>(
      operations,
      'POST',
      '/v1/admin/bdts/import',
      {
        csv: 'serial,vendor,firmware\nBDT-1,电驿,1\nBDT-2,电驿,1\nBDT-2,电驿,1\nB 3,电驿,1\nBDT-4,,1\nBDT-5,电驿,\n',
      },
    );
    expect(body.rows.map(({ result }) => result)).toEqual([
      'taken',
      'imported',
      'duplicate',
      'malformed',
      'malformed',
      'imported',
    ]);
    const list = await ask<PageOf<{ serial: string }>>(operations, 'GET', '/v1/admin/bdts?status=stock');
    expect(list.body.items.map(({ serial }) => serial).sort()).toEqual(['BDT-1', 'BDT-2', 'BDT-5']);
    expect((await ask(agent, 'GET', '/v1/admin/bdts')).status).toBe(403);
  });
});
