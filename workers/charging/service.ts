import type { Database } from '../../database/open.ts';
import { type ChargingOrderRow, chargingOrders } from '../../database/schema/charging.ts';
import { holds } from '../../database/schema/ledger.ts';
import type { ChargingLimit } from '../../domain/charging/session.ts';
import type { StartReply } from '../../domain/charging/start-charging.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { isOpen } from '../../domain/fleet/opening-hours.ts';
import { riderAccount } from '../../domain/ledger/account.ts';
import { holdForOrder } from '../../domain/ledger/transactions.ts';
import { DAY, type EpochMs, type Fen, fen, MINUTE } from '../../domain/units.ts';
import { ApiError, apiError, orThrow } from '../api-error.ts';
import { chargerObject } from '../charger-object.ts';
import type { Env } from '../env.ts';
import { newId } from '../identifiers.ts';
import { idempotencyStatement, type KeyUse } from '../middleware/idempotency.ts';
import { findTariffInForce } from '../pricing/queries.ts';
import { postingStatements } from '../wallet/posting-service.ts';
import { balanceOf } from '../wallet/queries.ts';
import { findOutlet, type ScannedOutlet } from './outlets.ts';
import { findRiderDiscount } from './queries.ts';
import { failStart } from './settlement-service.ts';

/** Held when the rider names no amount and the wallet has as much: ¥20. */
export const DEFAULT_HOLD = fen(2000);
/** Less than this is not worth starting for: ¥1. */
export const SMALLEST_HOLD = fen(100);
export const LARGEST_HOLD = fen(20_000);
/** A session can be live this much longer than its model allows before its hold counts as overdue. */
const HOLD_MARGIN = 2 * DAY;

export interface StartRequest {
  readonly riderId: string;
  readonly outletId: string;
  readonly limit: ChargingLimit;
  /** The price the rider saw. */
  readonly tariffVersionId: string;
  readonly holdFen: Fen | undefined;
  readonly key: KeyUse;
}

/**
 * Starts a charge: checks, then order and hold in one batch, then the charger's object. An object that refuses at
 * once gives the money back at once; one whose answer is lost is asked again by the sweep (ARCHITECTURE, "Down").
 * Returns the order's id; throws what the rider has to know.
 */
export async function startCharge(
  env: Env,
  db: Database,
  request: StartRequest,
  now: EpochMs,
): Promise<string> {
  const { key } = request;
  const outlet = await chargeableOutlet(db, request.outletId, now);
  const [tariff, memberDiscountBp, walletFen, arrearsFen] = await Promise.all([
    findTariffInForce(db, { siteId: outlet.siteId, chargerId: outlet.profile.chargerId }, now),
    findRiderDiscount(db, request.riderId),
    balanceOf(db, riderAccount(request.riderId, 'wallet')),
    balanceOf(db, riderAccount(request.riderId, 'arrears')),
  ]);
  if (tariff === undefined) throw new ApiError('tariff_not_found');
  if (tariff.tariffVersionId !== request.tariffVersionId) {
    throw new ApiError('quote_outdated', { tariffVersionId: tariff.tariffVersionId });
  }
  if (arrearsFen < 0) throw new ApiError('arrears_open', { arrearsFen: -arrearsFen });
  const holdFen = holdFor(request, walletFen);
  const orderId = newId(now);
  const order: ChargingOrderRow = {
    id: orderId,
    riderId: request.riderId,
    siteId: outlet.siteId,
    chargerId: outlet.profile.chargerId,
    outletNo: outlet.outletNo,
    state: 'starting',
    limit: request.limit,
    tariff: { ...tariff, memberDiscountBp },
    holdFen,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    endReason: null,
    energyWh: null,
    totalFen: null,
    attention: null,
  };
  const hold = orThrow(holdForOrder({ riderId: request.riderId, orderId, amountFen: holdFen }));
  await db.batch([
    idempotencyStatement(db, key.owner, key.key, key.hash, orderId, now),
    ...postingStatements(db, hold, now),
    db.insert(holds).values({
      orderId,
      riderId: request.riderId,
      amountFen: holdFen,
      deadlineAt: now + outlet.profile.maxSessionMinutes * MINUTE + HOLD_MARGIN,
      createdAt: now,
    }),
    db.insert(chargingOrders).values(order),
  ]);
  const reply = await askObject(env, order, outlet);
  if (reply?.ok === false) {
    await failStart(db, orderId, START_FAILURE[reply.error.code] ?? 'device-error', now);
    throw apiError({ code: reply.error.code, details: { ...reply.error.details, orderId } });
  }
  return orderId;
}

const START_FAILURE: Partial<Record<ErrorCode, 'device-offline' | 'device-rejected'>> = {
  device_offline: 'device-offline',
  outlet_occupied: 'device-rejected',
  outlet_unavailable: 'device-rejected',
};

/** The outlet, if a charge can be started there now as far as D1 knows; its object has the last word. */
export async function chargeableOutlet(db: Database, outletId: string, now: EpochMs): Promise<ScannedOutlet> {
  const outlet = await findOutlet(db, outletId);
  if (outlet === undefined) throw new ApiError('outlet_not_found');
  if (outlet.chargerStatus !== 'active') throw new ApiError('device_decommissioned');
  if (outlet.siteStatus !== 'open' || !isOpen(outlet.openingHours, now)) {
    throw new ApiError('site_closed', { openingHours: outlet.openingHours });
  }
  return outlet;
}

function holdFor(request: StartRequest, walletFen: Fen): Fen {
  const wanted = request.limit.kind === 'money' ? request.limit.fen : request.holdFen;
  const holdFen = wanted ?? fen(Math.min(DEFAULT_HOLD, walletFen));
  if (holdFen < SMALLEST_HOLD || holdFen > walletFen) {
    throw new ApiError('insufficient_balance', { walletFen, neededFen: Math.max(SMALLEST_HOLD, holdFen) });
  }
  return holdFen;
}

/** Undefined when the object's answer was lost: it may or may not have begun. */
async function askObject(
  env: Env,
  order: ChargingOrderRow,
  outlet: ScannedOutlet,
): Promise<StartReply | undefined> {
  const { tariff } = order;
  const asked = {
    orderId: order.id,
    riderId: order.riderId,
    outletNo: order.outletNo,
    idTag: idTagOf(order.id),
    limit: order.limit,
    rules: tariff.rules,
    memberDiscountBp: tariff.memberDiscountBp,
    holdFen: fen(order.holdFen),
    createdAt: order.createdAt as EpochMs,
  };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      return await chargerObject(env, order.chargerId).startCharging(asked, outlet.profile);
    } catch (error) {
      const { retryable = false } = error as { retryable?: boolean };
      console.error('charger object did not answer a start', order.id, error);
      if (!retryable) return undefined;
    }
  }
  return undefined;
}

/** OCPP 1.6 gives a tag 20 characters: the last of the order's ULID, 80 bits of which are chance. */
export const idTagOf = (orderId: string): string => orderId.slice(-20);
