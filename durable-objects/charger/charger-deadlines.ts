import {
  type ChargerProjection,
  OFFLINE_GRACE,
  projectCharger,
} from '../../domain/charging/charger-state.ts';
import { nextDeadline } from '../../domain/charging/reduce-charger.ts';
import { type EpochMs, epochMs, MINUTE, SECOND } from '../../domain/units.ts';
import { callDeadline } from '../link/device-calls.ts';
import { DRAIN_RECOVERY, nextDue } from '../link/outbox.ts';
import type { ChargerRecord } from './charger-record.ts';

/** How long a change of availability waits for its neighbours before D1 is told. */
const PROJECTION_DELAY = 3 * SECOND;
/** How long a projection that could not be sent waits. */
const PROJECTION_RETRY = MINUTE;

/** What D1 is told of a charger; `seq` grows with every message, so that a late one changes nothing. */
export interface ProjectionMessage extends ChargerProjection {
  readonly v: 1;
  readonly type: 'charger.projection';
  readonly id: string;
  readonly chargerId: string;
  readonly seq: number;
  readonly at: number;
}

export const sameProjection = (left: ChargerProjection, right: ChargerProjection | null): boolean =>
  right !== null &&
  left.online === right.online &&
  left.firmware === right.firmware &&
  left.outlets.length === right.outlets.length &&
  left.outlets.every((outlet, index) => outlet === right.outlets[index]);

/** The projection to send now, if D1's is out of date and has waited long enough, or goes along with other news. */
export function projectionToSend(
  record: ChargerRecord,
  now: EpochMs,
  withOthers: boolean,
): { projection: ChargerProjection; message: ProjectionMessage } | null {
  const { profile } = record.charger;
  if (profile === null) return null;
  const projection = projectCharger(record.charger, now);
  if (sameProjection(projection, record.projected)) return null;
  const waited = record.projectionDirtyAt === null || now >= record.projectionDirtyAt + PROJECTION_DELAY;
  if (!waited && !withOthers) return null;
  // By the clock, not by one: were this sent and then lost in a crash, its number must not be used again.
  const seq = Math.max(record.projectionSeq + 1, now);
  const { chargerId } = profile;
  const message = {
    v: 1,
    type: 'charger.projection',
    id: `${chargerId}:p${seq}`,
    chargerId,
    seq,
    at: now,
    ...projection,
  } as const;
  return { projection, message };
}

/** The earliest moment at which time alone gives this object something to do. */
export function nextWakeUp(record: ChargerRecord, now: EpochMs): EpochMs | null {
  const moments = [
    nextDeadline(record.charger, now),
    callDeadline(record.calls),
    outboxWakeUp(record, now),
    projectionWakeUp(record, now),
  ].filter((moment) => moment !== null);
  return moments.length === 0 ? null : epochMs(Math.max(now, Math.min(...moments)));
}

/** An outbox that is being drained right now is looked at again in case the process dies over it. */
function outboxWakeUp(record: ChargerRecord, now: EpochMs): number | null {
  const next = nextDue(record.outbox);
  return next === null ? null : next <= now ? now + DRAIN_RECOVERY : next;
}

function projectionWakeUp(record: ChargerRecord, now: EpochMs): number | null {
  if (record.projectionDirtyAt !== null) {
    const at = record.projectionDirtyAt + PROJECTION_DELAY;
    return at > now ? at : now + PROJECTION_RETRY;
  }
  const { disconnectedAt } = record.charger;
  return disconnectedAt !== null && record.projected?.online === true ? disconnectedAt + OFFLINE_GRACE : null;
}
