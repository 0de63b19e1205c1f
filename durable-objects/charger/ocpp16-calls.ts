import type { Effect } from '../../domain/charging/charger-state.ts';
import type { CommandAnswer } from '../../domain/charging/reduce-charger.ts';

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
