import { type EpochMs, epochMs } from '../units.ts';
import { tellOperators } from './attention.ts';
import {
  type ChargerProfile,
  type ChargerState,
  type Effect,
  keepLast,
  LIMITS,
  type Outcome,
  type OutletStatus,
  outletAvailability,
  saysFree,
  sessionOfOrder,
  withoutSession,
  withSession,
} from './charger-state.ts';
import { type MeterReport, nextSessionDeadline, reasonToStop } from './metering.ts';
import { recordReadings } from './record-readings.ts';
import {
  type ChargingOrder,
  isRunning,
  type RunningSession,
  type Session,
  type StoppingSession,
} from './session.ts';
import {
  failStart,
  requestStart,
  type StartReply,
  type TransactionStart,
  type TransactionStartReply,
  transactionStarted,
} from './start-charging.ts';
import {
  beginStop,
  hurryStops,
  lastResortAt,
  loseSession,
  requestStop,
  retryStop,
  type StopReply,
  type TransactionStop,
  transactionStopped,
} from './stop-charging.ts';
import { nextStrayDeadline, strayTick } from './stray-transactions.ts';

export type CommandAnswer = 'accepted' | 'rejected' | 'error' | 'timeout' | 'offline';

/** Everything that can happen to a charger. `commandId` is fresh and used by at most one device command. */
export type ChargerInput =
  | { readonly type: 'profile'; readonly profile: ChargerProfile }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'booted'; readonly firmware: string | null }
  | {
      readonly type: 'status';
      readonly outletNo: number;
      readonly status: OutletStatus;
      readonly errorCode: string;
      readonly at: EpochMs;
    }
  | { readonly type: 'start'; readonly order: ChargingOrder }
  | { readonly type: 'stop'; readonly orderId: string; readonly by: 'rider' | 'operator' }
  | { readonly type: 'reconcile'; readonly orderId: string }
  | { readonly type: 'abandon'; readonly orderId: string }
  | { readonly type: 'answer'; readonly commandId: string; readonly answer: CommandAnswer }
  | { readonly type: 'transaction-start'; readonly start: TransactionStart }
  | { readonly type: 'transaction-stop'; readonly stop: TransactionStop }
  | { readonly type: 'readings'; readonly report: MeterReport }
  | { readonly type: 'tick' };

/** What an order is to this charger: running, ended (its event is on its way), or never to start here any more. */
export type OrderStanding = 'live' | 'ended' | 'fenced';

export type ChargerReply = StartReply | StopReply | TransactionStartReply | OrderStanding | undefined;

/** Nothing that a crash could lose: the state may still carry something new to look at. */
const nothing = (state: ChargerState): Outcome => ({ state, effects: [], durable: false, reply: undefined });
const committed = (state: ChargerState, effects: readonly Effect[] = []): Outcome => ({
  state,
  effects,
  durable: true,
  reply: undefined,
});

/** The one rule of a charger: what was, what happened, what is now and what to do about it. */
export function reduceCharger(
  state: ChargerState,
  input: ChargerInput,
  commandId: string,
  now: EpochMs,
): Outcome<ChargerReply> {
  switch (input.type) {
    case 'profile':
      return committed({ ...state, profile: input.profile });
    case 'connected':
      return committed({ ...hurryStops(state, now), connectedAt: now, disconnectedAt: null });
    case 'disconnected':
      return state.connectedAt === null || state.disconnectedAt !== null
        ? nothing(state)
        : committed({ ...state, disconnectedAt: now });
    case 'booted':
      return booted(state, input.firmware);
    case 'status':
      return statusReported(state, input, now);
    case 'start':
      return requestStart(state, input.order, commandId, now);
    case 'stop':
      return requestStop(state, input.orderId, input.by, commandId, now);
    case 'reconcile':
      return reconcile(state, input.orderId);
    case 'abandon':
      return abandonOrder(state, input.orderId, commandId);
    case 'answer':
      return commandAnswered(state, input.commandId, input.answer, now);
    case 'transaction-start':
      return transactionStarted(state, input.start, commandId, now);
    case 'transaction-stop':
      return transactionStopped(state, input.stop, now);
    case 'readings':
      return recordReadings(state, input.report, commandId, now);
    case 'tick':
      return tick(state, commandId, now);
  }
}

/** A station boots again after every power cut; only the first time and a new firmware change anything. */
function booted(state: ChargerState, firmware: string | null): Outcome {
  if (state.booted && (firmware === null || firmware === state.firmware)) return nothing(state);
  return committed({ ...state, booted: true, firmware: firmware ?? state.firmware });
}

function statusReported(
  state: ChargerState,
  report: Extract<ChargerInput, { type: 'status' }>,
  now: EpochMs,
): Outcome {
  const { outletNo, status, errorCode, at } = report;
  if (outletNo < 0 || outletNo > LIMITS.highestOutletNo) return nothing(state);
  const previous = state.outlets[outletNo];
  const session = state.sessions[outletNo];
  // A station may repeat `Available` though it charges; when it has been silent, too, it is believed.
  const unheard =
    isRunning(session) && saysFree(status) && now - session.metering.heardAt >= LIMITS.repeatBelieved;
  const repeated = previous?.status === status && previous.errorCode === errorCode;
  if (repeated && !unheard) return nothing(state);
  const next: ChargerState = {
    ...state,
    outlets: { ...state.outlets, [outletNo]: { status, errorCode, at } },
  };
  const faulted = status === 'Faulted' && previous?.status !== 'Faulted';
  const effects: Effect[] = faulted
    ? [
        {
          type: 'emit',
          event: {
            type: 'charger.alarm',
            kind: 'outlet-faulted',
            severity: 'major',
            outletNo: outletNo === 0 ? null : outletNo,
            detail: { errorCode },
            at: now,
          },
        },
      ]
    : [];
  if (session?.phase === 'starting' && status === 'Faulted') {
    const failed = failStart(next, session, 'outlet-faulted', now);
    return { ...failed, effects: [...effects, ...failed.effects] };
  }
  const changesNothingForOthers =
    !faulted && outletAvailability(state, outletNo, now) === outletAvailability(next, outletNo, now);
  if (isRunning(session)) {
    // A station that says the outlet is free has lost the transaction, or its StopTransaction is still queued.
    const vanishedSince = saysFree(status) ? (session.metering.vanishedSince ?? now) : null;
    const metering = { ...session.metering, vanishedSince };
    const told = withSession(next, { ...session, metering } as RunningSession);
    return vanishedSince === session.metering.vanishedSince && !faulted
      ? nothing(told)
      : committed(told, effects);
  }
  return changesNothingForOthers && outletNo !== 0 ? nothing(next) : committed(next, effects);
}

/** An order nobody knows here may have been lost on its way to us: from now on it can never start (M3). */
function reconcile(state: ChargerState, orderId: string): Outcome<OrderStanding> {
  if (sessionOfOrder(state, orderId) !== undefined) return { ...nothing(state), reply: 'live' };
  if (state.closed.some((closed) => closed.orderId === orderId)) return { ...nothing(state), reply: 'ended' };
  if (state.fenced.includes(orderId)) return { ...nothing(state), reply: 'fenced' };
  return {
    ...committed({ ...state, fenced: keepLast(state.fenced, orderId, LIMITS.fencedKept) }),
    reply: 'fenced',
  };
}

/** An operator has closed the order with evidence: the outlet is freed, and nothing more is heard of the order. */
function abandonOrder(state: ChargerState, orderId: string, commandId: string): Outcome {
  const session = sessionOfOrder(state, orderId);
  const others = state.fenced.filter((fenced) => fenced !== orderId);
  const fenced = keepLast(others, orderId, LIMITS.fencedKept);
  const abandoned = state.abandoned.filter(({ order }) => order.orderId !== orderId);
  if (session === undefined) return committed({ ...state, fenced, abandoned });
  const freed = { ...withoutSession(state, session.order.outletNo), fenced, abandoned };
  if (session.phase === 'starting') return committed(freed);
  const { transactionId, contentKey } = session;
  const closed = { transactionId, contentKey, stopKey: '', orderId, accepted: true };
  return committed({ ...freed, closed: keepLast(state.closed, closed, LIMITS.closedKept) }, [
    { type: 'remoteStop', commandId, transactionId },
  ]);
}

function commandAnswered(
  state: ChargerState,
  commandId: string,
  answer: CommandAnswer,
  now: EpochMs,
): Outcome {
  const session = Object.values(state.sessions).find(
    (candidate) => candidate.phase !== 'charging' && candidate.commandId === commandId,
  );
  if (session === undefined || session.phase === 'charging') return nothing(state);
  if (session.phase === 'stopping') {
    return answer === 'accepted'
      ? nothing(state)
      : committed(withSession(state, { ...session, deadlineAt: retryAt(session, now) }));
  }
  switch (answer) {
    case 'accepted':
      return committed(withSession(state, { ...session, accepted: true }));
    case 'rejected':
      return failStart(state, session, 'device-rejected', now);
    case 'error':
      return failStart(state, session, 'device-error', now);
    case 'timeout':
      return failStart(state, session, 'device-timeout', now);
    case 'offline':
      return failStart(state, session, 'device-offline', now);
  }
}

const retryAt = (session: StoppingSession, now: EpochMs): EpochMs =>
  epochMs(Math.min(session.deadlineAt, now + LIMITS.stopRetryPause));

/** Applies every deadline that has passed, one session and one stray transaction at a time. */
function tick(state: ChargerState, commandId: string, now: EpochMs): Outcome {
  let current = state;
  const effects: Effect[] = [];
  let durable = false;
  let step = 0;
  for (const session of Object.values(state.sessions)) {
    step += 1;
    const outcome = sessionTick(current, session, `${commandId}-${step}`, now);
    current = outcome.state;
    effects.push(...outcome.effects);
    durable ||= outcome.durable;
  }
  for (const stray of state.strays) {
    step += 1;
    const outcome = strayTick(current, stray, `${commandId}-${step}`, now);
    current = outcome.state;
    effects.push(...outcome.effects);
    durable ||= outcome.durable;
  }
  return { state: current, effects, durable, reply: undefined };
}

function sessionTick(state: ChargerState, session: Session, commandId: string, now: EpochMs): Outcome {
  if (session.phase === 'starting') {
    if (now < session.deadlineAt) return nothing(state);
    return failStart(state, session, session.accepted ? 'no-start' : 'device-timeout', now);
  }
  const { vanishedSince } = session.metering;
  if (vanishedSince !== null && now >= vanishedSince + LIMITS.vanished) {
    return loseSession(state, session, session.phase === 'stopping' ? session.reason : 'lost', now);
  }
  if (session.phase === 'stopping') {
    if (now >= lastResortAt(session)) return loseSession(state, session, 'lost', now);
    return now < session.deadlineAt ? nothing(state) : retryStop(state, session, commandId, now);
  }
  const reason = reasonToStop(state, session, now);
  if (reason !== null) return beginStop(state, session, reason, commandId, now);
  if (now < session.metering.heardAt + LIMITS.silence) return nothing(state);
  const told = tellOperators(session, ['no-readings'], now);
  return told.effects.length === 0
    ? nothing(state)
    : committed(withSession(state, told.session), told.effects);
}

/** When `tick` next has something to decide; null when only the device or a person can change anything. */
export function nextDeadline(state: ChargerState, now: EpochMs): EpochMs | null {
  const deadlines: (number | null)[] = Object.values(state.sessions).map((session) =>
    sessionDeadline(state, session),
  );
  deadlines.push(...state.strays.map((stray) => nextStrayDeadline(state, stray)));
  const known = deadlines.filter((at) => at !== null);
  return known.length === 0 ? null : epochMs(Math.max(now, Math.min(...known)));
}

function sessionDeadline(state: ChargerState, session: Session): number | null {
  if (session.phase === 'starting') return session.deadlineAt;
  if (session.phase === 'charging') return nextSessionDeadline(state, session);
  const { vanishedSince } = session.metering;
  const vanishesAt = vanishedSince === null ? session.deadlineAt : vanishedSince + LIMITS.vanished;
  return Math.min(session.deadlineAt, lastResortAt(session), vanishesAt);
}
