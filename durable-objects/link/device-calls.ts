import { type EpochMs, epochMs, SECOND } from '../../domain/units.ts';
import { keptPayload } from './kept-payload.ts';

/** Who asks for what the rules decided; a member of staff asks under his id. */
export const PLATFORM = 'platform';

/** A CALL to the device. `by` names who asked. */
export interface DeviceCall {
  readonly commandId: string;
  readonly action: string;
  readonly payload: unknown;
  readonly by: string;
  readonly timeoutMs: number;
  readonly requestedAt: number;
}

export interface CallInFlight extends DeviceCall {
  readonly messageId: string;
  readonly deadlineAt: number;
}

export type CallStatus = 'pending' | 'answered' | 'error' | 'timeout' | 'offline' | 'lost';

export interface CallLogEntry {
  readonly commandId: string;
  readonly action: string;
  readonly by: string;
  readonly requestedAt: number;
  readonly answeredAt: number | null;
  readonly status: CallStatus;
  readonly payload: unknown;
  readonly response: unknown;
}

/** OCPP-J §4.1.1: a party may have one CALL outstanding, so the others wait in line. */
export interface DeviceCalls {
  readonly inFlight: CallInFlight | null;
  readonly waiting: readonly DeviceCall[];
  readonly log: readonly CallLogEntry[];
}

export const NO_CALLS: DeviceCalls = { inFlight: null, waiting: [], log: [] };
export const CALL_TIMEOUT = 30 * SECOND;
export const MOST_WAITING = 16;
const LOG_KEPT = 40;

/** The platform's own calls go ahead of what staff have asked for: one of them may have to cut the power (D6). */
export function enqueue(calls: DeviceCalls, call: DeviceCall): DeviceCalls {
  const ahead = call.by === PLATFORM ? calls.waiting.filter(({ by }) => by === PLATFORM) : calls.waiting;
  const waiting = calls.waiting.toSpliced(ahead.length, 0, call);
  return { ...calls, waiting, log: logged(calls.log, entry(call)) };
}

/** Takes back a call that has not been sent yet, as if it had never been asked for; one that was sent stays. */
export function withdraw(calls: DeviceCalls, commandId: string): DeviceCalls {
  const waiting = calls.waiting.filter((call) => call.commandId !== commandId);
  if (waiting.length === calls.waiting.length) return calls;
  return { ...calls, waiting, log: calls.log.filter((line) => line.commandId !== commandId) };
}

/** Takes the next call in hand; it must be committed before its frame is sent (D2). */
export function takeNext(calls: DeviceCalls, messageId: string, now: EpochMs): DeviceCalls {
  const [next, ...waiting] = calls.waiting;
  if (calls.inFlight !== null || next === undefined) return calls;
  return { ...calls, inFlight: { ...next, messageId, deadlineAt: now + next.timeoutMs }, waiting };
}

export interface FinishedCall {
  readonly calls: DeviceCalls;
  readonly call: DeviceCall;
}

/** Ends the call in flight; undefined when the answer is for no call of ours (late, or an earlier connection's). */
export function finish(
  calls: DeviceCalls,
  messageId: string,
  status: CallStatus,
  response: unknown,
  now: EpochMs,
): FinishedCall | undefined {
  const call = calls.inFlight;
  if (call === null || call.messageId !== messageId) return undefined;
  return {
    call,
    calls: { ...calls, inFlight: null, log: resolved(calls.log, call.commandId, status, response, now) },
  };
}

/** The connection is gone: what was sent may or may not have been done, what was not sent never will be. */
export function dropAll(
  calls: DeviceCalls,
  now: EpochMs,
): { calls: DeviceCalls; sent: DeviceCall[]; unsent: DeviceCall[] } {
  const sent = calls.inFlight === null ? [] : [calls.inFlight];
  let log = calls.log;
  for (const call of sent) log = resolved(log, call.commandId, 'lost', null, now);
  for (const call of calls.waiting) log = resolved(log, call.commandId, 'offline', null, now);
  return { calls: { inFlight: null, waiting: [], log }, sent, unsent: [...calls.waiting] };
}

export const callDeadline = (calls: DeviceCalls): EpochMs | null =>
  calls.inFlight === null ? null : epochMs(calls.inFlight.deadlineAt);

const entry = (call: DeviceCall): CallLogEntry => ({
  commandId: call.commandId,
  action: call.action,
  by: call.by,
  requestedAt: call.requestedAt,
  answeredAt: null,
  status: 'pending',
  payload: keptPayload(call.payload),
  response: null,
});

const logged = (log: readonly CallLogEntry[], added: CallLogEntry): CallLogEntry[] =>
  [...log, added].slice(-LOG_KEPT);

const resolved = (
  log: readonly CallLogEntry[],
  commandId: string,
  status: CallStatus,
  response: unknown,
  now: EpochMs,
): CallLogEntry[] =>
  log.map((line) =>
    line.commandId === commandId
      ? { ...line, status, response: keptPayload(response), answeredAt: now }
      : line,
  );
