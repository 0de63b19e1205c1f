import { projectCharger } from '../../domain/charging/charger-state.ts';
import { isOcpp16Action, validateRequest, validateResponse } from '../../protocols/ocpp/ocpp16/validate.ts';
import type { DeviceRules } from '../link/device-object.ts';
import { nextWakeUp, projectionToSend, sameProjection } from './charger-deadlines.ts';
import {
  type ChargerOverlay,
  type ChargerRecord,
  NEW_CHARGER,
  overlayOf,
  withOverlay,
} from './charger-record.ts';

/** What a charging pile on OCPP 1.6 adds to the mechanics of every device. */
export const chargerRules: DeviceRules<ChargerRecord, ChargerOverlay> = {
  newRecord: NEW_CHARGER,
  overlayOf,
  withOverlay,
  nextWakeUp,
  sealed(record, now) {
    const projection = projectCharger(record.charger, now);
    const dirty = record.charger.profile !== null && !sameProjection(projection, record.projected);
    return { ...record, projectionDirtyAt: dirty ? (record.projectionDirtyAt ?? now) : null };
  },
  bulletin(record, now, withOthers) {
    const due = projectionToSend(record, now, withOthers);
    if (due === null) return null;
    const { projection, message } = due;
    return {
      message,
      sent: (told) => ({
        ...told,
        projected: projection,
        projectionSeq: message.seq,
        projectionDirtyAt: null,
      }),
    };
  },
  checkCommand: (action, payload) => validateRequest(action, payload, 'CentralSystem'),
  checkResponse: (action, payload) =>
    isOcpp16Action(action) ? validateResponse(action, payload) : { ok: true },
};
