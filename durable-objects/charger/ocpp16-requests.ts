import type { ChargerState } from '../../domain/charging/charger-state.ts';
import type { ChargerInput, ChargerReply } from '../../domain/charging/reduce-charger.ts';
import { sameIdTag } from '../../domain/charging/session.ts';
import type { TransactionStartReply } from '../../domain/charging/start-charging.ts';
import { type EpochMs, epochMs } from '../../domain/units.ts';
import type { JsonObject } from '../../protocols/ocpp/frame.ts';
import { normaliseMeterValues } from '../../protocols/ocpp/ocpp16/meter-values.ts';
import {
  type Ocpp16Refusal,
  type Ocpp16Request,
  validateRequest,
} from '../../protocols/ocpp/ocpp16/validate.ts';
import { readTimestamp, writeTimestamp } from '../../protocols/ocpp/timestamp.ts';

/** What a device's request means here: at most one input to the rules, a notice to keep, and how to answer. */
export interface HandledRequest {
  readonly input?: ChargerInput;
  readonly notice?: boolean;
  readonly answer: (reply: ChargerReply) => object;
}

export interface BootSettings {
  readonly heartbeatIntervalS: number;
}

const empty = (): object => ({});

/**
 * Checks a request against the standard. A StopTransaction with a flaw in what is optional keeps its essentials: a
 * station repeats what is refused for ever, and its session would never end.
 */
export function readOcpp16Request(action: string, payload: JsonObject): Ocpp16Request | Ocpp16Refusal {
  const request = validateRequest(action, payload);
  if (request.ok || action !== 'StopTransaction') return request;
  const { transactionId, meterStop, timestamp } = payload;
  const essentials = validateRequest(action, { transactionId, meterStop, timestamp });
  if (!essentials.ok) return request;
  for (const name of ['idTag', 'reason'] as const) {
    const richer = validateRequest(action, { ...essentials.payload, [name]: payload[name] });
    if (richer.ok && payload[name] !== undefined) Object.assign(essentials.payload, richer.payload);
  }
  return essentials;
}

/** Translates one OCPP 1.6 request of a charge point; messages in the order of the standard's chapter 4. */
export function handleOcpp16Request(
  request: Ocpp16Request,
  state: ChargerState,
  settings: BootSettings,
  now: EpochMs,
): HandledRequest {
  switch (request.action) {
    case 'Authorize':
      return {
        answer: () => ({
          idTagInfo: { status: tagIsExpected(state, request.payload.idTag) ? 'Accepted' : 'Invalid' },
        }),
      };
    case 'BootNotification':
      return {
        input: { type: 'booted', firmware: request.payload.firmwareVersion ?? null },
        answer: () => ({
          status: 'Accepted',
          currentTime: writeTimestamp(now),
          interval: settings.heartbeatIntervalS,
        }),
      };
    case 'DataTransfer':
      return { notice: true, answer: () => ({ status: 'UnknownVendorId' }) };
    case 'Heartbeat':
      return { answer: () => ({ currentTime: writeTimestamp(now) }) };
    case 'MeterValues': {
      const { connectorId, transactionId, meterValue } = request.payload;
      const { readings } = normaliseMeterValues(meterValue);
      return {
        input: { type: 'readings', report: { outletNo: connectorId, transactionId, readings } },
        answer: empty,
      };
    }
    case 'StartTransaction': {
      const { connectorId, idTag, meterStart, timestamp } = request.payload;
      const at = readTimestamp(timestamp) ?? now;
      return {
        input: {
          type: 'transaction-start',
          start: { outletNo: connectorId, idTag, meterStartWh: toWh(meterStart), at },
        },
        answer: (reply) => {
          const { transactionId, accepted } = reply as TransactionStartReply;
          return { transactionId, idTagInfo: { status: accepted ? 'Accepted' : 'Invalid' } };
        },
      };
    }
    case 'StatusNotification': {
      const { connectorId, status, errorCode, timestamp } = request.payload;
      const at = (timestamp === undefined ? null : readTimestamp(timestamp)) ?? now;
      return {
        input: { type: 'status', outletNo: connectorId, status, errorCode, at: epochMs(Math.min(at, now)) },
        answer: empty,
      };
    }
    case 'StopTransaction': {
      const { transactionId, idTag, meterStop, timestamp, reason, transactionData } = request.payload;
      const { readings } = normaliseMeterValues(transactionData ?? []);
      return {
        input: {
          type: 'transaction-stop',
          stop: {
            transactionId,
            idTag,
            meterStopWh: toWh(meterStop),
            at: readTimestamp(timestamp) ?? now,
            reason,
            readings,
          },
        },
        answer: () => (idTag === undefined ? {} : { idTagInfo: { status: 'Accepted' } }),
      };
    }
    case 'SignCertificate':
      // No certificate authority stands behind this platform yet; TLS ends in front of it (security profile 2).
      return { notice: true, answer: () => ({ status: 'Rejected' }) };
    default:
      // FirmwareStatusNotification, DiagnosticsStatusNotification and the notices of the security extension.
      return { notice: true, answer: empty };
  }
}

/** OCPP 1.6 gives meterStart and meterStop in Wh as integers; the schema lets a negative through. */
const toWh = (value: number): number => Math.max(0, Math.trunc(value));

/** Only a tag minted for an order of this charger may charge; there are no cards. */
function tagIsExpected(state: ChargerState, idTag: string): boolean {
  return Object.values(state.sessions).some((session) => sameIdTag(session.order.idTag, idTag));
}
