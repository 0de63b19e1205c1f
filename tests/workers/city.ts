import { env } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { openDatabase } from '../../database/open.ts';
import { chargingOrders } from '../../database/schema/charging.ts';
import { chargers, deviceModels, deviceTypes, dtus, sites } from '../../database/schema/fleet.ts';
import { holds } from '../../database/schema/ledger.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { holdForOrder, topUp } from '../../domain/ledger/transactions.ts';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { centiFen, DAY, epochMs, fen } from '../../domain/units.ts';
import { orThrow } from '../../workers/api-error.ts';
import { chargerObject } from '../../workers/charger-object.ts';
import { hashDeviceKey } from '../../workers/fleet/device-key.ts';
import { newId } from '../../workers/identifiers.ts';
import { postingStatements } from '../../workers/wallet/posting-service.ts';

/** ¥0.60 electricity and ¥0.90 service a kWh, all day. */
export const FLAT_TARIFF: TariffRules = {
  v: 1,
  kind: 'energy',
  minimumFen: fen(0),
  capFen: null,
  residentialCap: null,
  freeMinutes: 0,
  idleFee: null,
  memberDiscountable: 'none',
  periods: [
    {
      fromMinute: 0,
      toMinute: 1440,
      electricityCentiFenPerKwh: centiFen(6000),
      serviceCentiFenPerKwh: centiFen(9000),
      label: 'flat',
    },
  ],
};

export const DEVICE_KEY = 'a-device-key-of-the-tests';

export interface TestCharger {
  readonly chargerId: string;
  readonly dtuNumber: number;
  readonly siteId: string;
  readonly tariffVersionId: string;
}

let nextDtu = 100_001;

/** A site with one charger on a DTU of its own, ready to connect. */
export async function buildCharger(
  options: { outlets?: number; rules?: TariffRules; agentId?: string } = {},
): Promise<TestCharger> {
  const db = openDatabase(env.DB);
  const dtuNumber = nextDtu++;
  const name = `T${dtuNumber}`;
  const { outlets = 2, rules = FLAT_TARIFF, agentId = null } = options;
  const at = { latE6: 22_540_000 + dtuNumber, lngE6: 113_950_000 };
  const createdAt = 1;
  await db.batch([
    db.insert(tariffs).values({ id: `${name}-tariff`, name, createdAt }),
    db.insert(tariffVersions).values({
      id: `${name}-v1`,
      tariffId: `${name}-tariff`,
      effectiveFrom: 0,
      rules,
      createdBy: 'test',
      createdAt,
    }),
    db.insert(sites).values({
      id: `${name}-site`,
      name: `测试站 ${dtuNumber}`,
      address: '科技园',
      ...at,
      cell: cellOf(at.latE6, at.lngE6),
      region: 'apac',
      openingHours: [],
      phone: '075500000000',
      photos: [],
      tariffId: `${name}-tariff`,
      agentId,
      outletsTotal: outlets,
      createdAt,
    }),
    db
      .insert(deviceTypes)
      .values({ id: 'pile', code: 'pile', name: '充电桩', createdAt })
      .onConflictDoNothing(),
    db.insert(deviceModels).values({
      id: `${name}-model`,
      typeId: 'pile',
      vendor: 'Test',
      name,
      protocol: 'ocpp1.6',
      outlets,
      ratedPowerW: 1200,
      maxTemperatureDeciC: 700,
      maxSessionMinutes: 720,
      createdAt,
    }),
    db.insert(chargers).values({
      id: name,
      name,
      serial: name,
      modelId: `${name}-model`,
      siteId: `${name}-site`,
      outlets,
      outletStates: Array.from({ length: outlets }, () => 'offline' as const),
      createdAt,
    }),
    db.insert(dtus).values({
      number: dtuNumber,
      keySalt: 'salt',
      keyHash: await hashDeviceKey('salt', DEVICE_KEY),
      status: 'bound',
      chargerId: name,
      createdAt,
    }),
  ]);
  return { chargerId: name, dtuNumber, siteId: `${name}-site`, tariffVersionId: `${name}-v1` };
}

/** The object of a charger, to look into, to evict, to ring its alarm. */
export const objectOf = (chargerId: string) => env.CHARGERS.get(env.CHARGERS.idFromName(chargerId));
/** The same object, to ask what the Worker asks it. */
export const ask = (chargerId: string) => chargerObject(env, chargerId);

let nextPayment = 1;

/** Puts money into a rider's wallet the way a payment does. */
export async function fillWallet(riderId: string, amountFen: number): Promise<void> {
  const db = openDatabase(env.DB);
  const paymentId = `test-${riderId}-${nextPayment++}`;
  const posting = orThrow(topUp({ riderId, paymentId, channel: 'wechat', amountFen: fen(amountFen) }));
  await db.batch(postingStatements(db, posting, epochMs(1)));
}

/** An order with its hold in D1 of which its charger was never told: what a Worker leaves that dies in between. */
export async function placeOrder(
  charger: TestCharger,
  riderId: string,
  { holdFen = 2_000, createdAt = Date.now() }: { holdFen?: number; createdAt?: number } = {},
): Promise<string> {
  const db = openDatabase(env.DB);
  const orderId = newId(createdAt);
  const { chargerId, siteId, tariffVersionId } = charger;
  const hold = orThrow(holdForOrder({ riderId, orderId, amountFen: fen(holdFen) }));
  await db.batch([
    ...postingStatements(db, hold, epochMs(createdAt)),
    db.insert(holds).values({ orderId, riderId, amountFen: holdFen, deadlineAt: createdAt + DAY, createdAt }),
    db.insert(chargingOrders).values({
      id: orderId,
      riderId,
      siteId,
      chargerId,
      outletNo: 1,
      state: 'starting',
      limit: { kind: 'full' },
      tariff: { tariffId: `${chargerId}-tariff`, tariffVersionId, rules: FLAT_TARIFF, memberDiscountBp: 0 },
      holdFen,
      createdAt,
    }),
  ]);
  return orderId;
}

/** A request to the whole API, as JSON. */
export async function call(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: never; headers: Headers }> {
  const response = await exports.default.fetch(`https://api.test${path}`, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? null : JSON.parse(text)) as never,
    headers: response.headers,
  };
}

/** What a rider has, in fen. */
export async function balanceOf(riderId: string, purse: 'wallet' | 'hold' | 'arrears'): Promise<number> {
  const row = await env.DB.prepare(
    'SELECT balance_after_fen AS fen FROM ledger_entries WHERE account_id = ? ORDER BY seq DESC LIMIT 1',
  )
    .bind(`rider:${riderId}:${purse}`)
    .first<{ fen: number }>();
  return row?.fen ?? 0;
}

/** Everything the books say of an order: its state, its bill, its vouchers' kinds in order, and its open holds. */
export async function booksOf(orderId: string) {
  const [order, bill, vouchers, holds] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare(
      'SELECT state, end_reason AS endReason, attention, total_fen AS totalFen FROM charging_orders WHERE id = ?',
    ).bind(orderId),
    env.DB.prepare(
      `SELECT energy_wh AS energyWh, electricity_fen AS electricityFen, service_fen AS serviceFen,
        idle_fen AS idleFen, total_fen AS totalFen, waived_fen AS waivedFen FROM bills WHERE order_id = ?`,
    ).bind(orderId),
    env.DB.prepare('SELECT kind FROM ledger_transactions WHERE order_id = ? ORDER BY at, id').bind(orderId),
    env.DB.prepare('SELECT amount_fen AS fen FROM holds WHERE order_id = ?').bind(orderId),
  ]);
  return {
    ...order?.results[0],
    bill: bill?.results[0] ?? null,
    vouchers: vouchers?.results.map(({ kind }) => kind) ?? [],
    holds: holds?.results.length ?? 0,
  };
}
