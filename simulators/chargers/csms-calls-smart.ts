import type { CallAnswer, Payload } from './call-channel.ts';
import { integer, object, optionalText, text, time } from './payload-readers.ts';
import type { Pile } from './pile.ts';

type Handler = (pile: Pile, payload: Payload) => CallAnswer;
const status = (value: string, after?: () => void): CallAnswer =>
  after ? { response: { status: value }, after } : { response: { status: value } };

/** Local Auth List, Reservation and Smart Charging (OCPP 1.6, chapter 5). */
export const smartCalls: Record<string, Handler> = {
  GetLocalListVersion(pile) {
    const enabled = pile.configuration.flag('LocalAuthListEnabled');
    return { response: { listVersion: enabled ? pile.localList.version : -1 } };
  },

  SendLocalList(pile, payload) {
    const version = integer(payload, 'listVersion');
    const type = text(payload, 'updateType');
    if (!pile.configuration.flag('LocalAuthListEnabled')) return status('NotSupported');
    return status(pile.localList.update(version, type, payload));
  },

  ReserveNow(pile, payload) {
    const connectorId = integer(payload, 'connectorId');
    const reservationId = integer(payload, 'reservationId');
    const idTag = text(payload, 'idTag');
    const expiresAt = time(payload, 'expiryDate');
    const outlet = pile.charging.outlet(connectorId);
    if (!outlet || expiresAt <= pile.now()) return status('Rejected');
    const replaces = outlet.reservation?.reservationId === reservationId;
    const shown = outlet.status;
    if (shown === 'Faulted' || shown === 'Unavailable') return status(shown);
    if (shown !== 'Available' && !replaces) return status('Occupied');
    return status('Accepted', () => {
      for (const other of pile.charging.outlets) {
        if (other !== outlet && other.reservation?.reservationId === reservationId) {
          other.reservation = undefined;
          pile.charging.show(other);
        }
      }
      const reservation = { reservationId, idTag, expiresAt };
      outlet.reservation = reservation;
      pile.charging.show(outlet);
      pile.timers.after(expiresAt - pile.now(), () => {
        if (outlet.reservation !== reservation) return;
        outlet.reservation = undefined;
        pile.charging.show(outlet);
      });
    });
  },

  CancelReservation(pile, payload) {
    const reservationId = integer(payload, 'reservationId');
    const outlet = pile.charging.outlets.find((held) => held.reservation?.reservationId === reservationId);
    if (!outlet) return status('Rejected');
    return status('Accepted', () => {
      outlet.reservation = undefined;
      pile.charging.show(outlet);
    });
  },

  SetChargingProfile(pile, payload) {
    const connectorId = integer(payload, 'connectorId');
    const profile = object(payload, 'csChargingProfiles');
    const outlet = pile.charging.outlet(connectorId);
    if (connectorId !== 0 && !outlet) return status('Rejected');
    const running = outlet?.transaction?.transactionId;
    if (!pile.profiles.set(connectorId, profile, running, pile.now())) return status('Rejected');
    return status('Accepted', () => pile.charging.applyLimits());
  },

  ClearChargingProfile(pile, payload) {
    if (!pile.profiles.clear(payload)) return status('Unknown');
    return status('Accepted', () => pile.charging.applyLimits());
  },

  GetCompositeSchedule(pile, payload) {
    const connectorId = integer(payload, 'connectorId');
    const duration = integer(payload, 'duration');
    const unit = optionalText(payload, 'chargingRateUnit') === 'A' ? 'A' : 'W';
    const outlet = pile.charging.outlet(connectorId);
    if (connectorId !== 0 && !outlet) return status('Rejected');
    const now = pile.now();
    const asked = outlet
      ? pile.charging.limitQuestion(outlet)
      : { connectorId: 0, transactionId: undefined, transactionStartedAt: now };
    const chargingSchedulePeriod = pile.profiles.composite(asked, duration, unit, now);
    if (chargingSchedulePeriod.length === 0) return { response: { status: 'Accepted', connectorId } };
    const scheduleStart = new Date(now).toISOString();
    const chargingSchedule = { duration, chargingRateUnit: unit, chargingSchedulePeriod };
    return { response: { status: 'Accepted', connectorId, scheduleStart, chargingSchedule } };
  },
};
