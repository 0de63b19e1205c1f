import type { ChargerState, Effect } from '../../domain/charging/charger-state.ts';
import type { CommandAnswer } from '../../domain/charging/reduce-charger.ts';
import { type DeviceCalls, withdraw } from '../link/device-calls.ts';

type DeviceEffect = Exclude<Effect, { type: 'emit' }>;

export interface OutgoingCall {
  readonly action: string;
  readonly payload: object;
}

/** The OCPP 1.6 request that carries out what the rules decided. */
export function ocpp16Call(effect: DeviceEffect): OutgoingCall {
  switch (effect.type) {
    case 'remoteStart':
      return {
        action: 'RemoteStartTransaction',
        payload: { connectorId: effect.outletNo, idTag: effect.idTag },
      };
    case 'remoteStop':
      return { action: 'RemoteStopTransaction', payload: { transactionId: effect.transactionId } };
    case 'disableOutlet':
      return { action: 'ChangeAvailability', payload: { connectorId: effect.outletNo, type: 'Inoperative' } };
  }
}

/** Every 1.6 response to a command says in `status` whether it will be done; `Scheduled` is a yes. */
export function answerOf(response: unknown): CommandAnswer {
  const status = (response as { status?: unknown } | null)?.status;
  return status === 'Accepted' || status === 'Scheduled' ? 'accepted' : 'rejected';
}

/** A start that was given up while its frame still waited for the device's ear is never sent (D2). */
export function withoutAbandonedStarts(
  calls: DeviceCalls,
  before: ChargerState,
  after: ChargerState,
): DeviceCalls {
  let kept = calls;
  for (const session of Object.values(before.sessions)) {
    const { outletNo } = session.order;
    if (session.phase === 'starting' && after.sessions[outletNo]?.order !== session.order) {
      kept = withdraw(kept, session.commandId);
    }
  }
  return kept;
}
