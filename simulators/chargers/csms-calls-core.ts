import type { CallAnswer, Payload } from './call-channel.ts';
import type { Outlet } from './outlet.ts';
import { integer, object, optionalInteger, optionalText, text, time } from './payload-readers.ts';
import type { Pile } from './pile.ts';

type Handler = (pile: Pile, payload: Payload) => CallAnswer;
const status = (value: string, after?: () => void): CallAnswer =>
  after ? { response: { status: value }, after } : { response: { status: value } };

/** Core, Firmware Management and Remote Trigger: what the central system may ask of a pile (OCPP 1.6, chapter 5). */
export const coreCalls: Record<string, Handler> = {
  RemoteStartTransaction(pile, payload) {
    const idTag = text(payload, 'idTag');
    const connectorId = optionalInteger(payload, 'connectorId');
    const profile = payload.chargingProfile === undefined ? undefined : object(payload, 'chargingProfile');
    if (pile.faults.rejectRemoteStart) return status('Rejected');
    const outlet =
      connectorId === undefined
        ? (pile.charging.outlets.find((free) => free.battery && canStart(free, idTag)) ??
          pile.charging.outlets.find((free) => canStart(free, idTag)))
        : pile.charging.outlet(connectorId);
    if (!outlet || !canStart(outlet, idTag)) return status('Rejected');
    if (pile.faults.acceptThenSilent) return status('Accepted');
    return status('Accepted', () => {
      const start = () => {
        if (!canStart(outlet, idTag)) return;
        if (profile) pile.profiles.setForNext(outlet.id, profile, pile.now());
        pile.charging.startOrAwait(outlet, idTag);
      };
      if (!pile.configuration.flag('AuthorizeRemoteTxRequests')) return start();
      void pile.authorize(idTag).then((accepted) => {
        if (accepted) start();
      });
    });
  },

  RemoteStopTransaction(pile, payload) {
    const outlet = pile.charging.byTransaction(integer(payload, 'transactionId'));
    if (!outlet) return status('Rejected');
    return status('Accepted', () => pile.charging.stop(outlet, 'Remote'));
  },

  Reset(pile, payload) {
    const kind = text(payload, 'type') === 'Hard' ? 'Hard' : 'Soft';
    return status('Accepted', () => pile.reset(kind));
  },

  UnlockConnector(pile, payload) {
    const outlet = pile.charging.outlet(integer(payload, 'connectorId'));
    if (!outlet) return status('NotSupported');
    if (outlet.errorCode === 'ConnectorLockFailure') return status('UnlockFailed');
    return status('Unlocked', () => pile.charging.stop(outlet, 'UnlockCommand'));
  },

  ChangeAvailability(pile, payload) {
    const operative = text(payload, 'type') === 'Operative';
    const connectorId = integer(payload, 'connectorId');
    const outlets = connectorId === 0 ? pile.charging.outlets : [pile.charging.outlet(connectorId)];
    const known = outlets.filter((outlet) => outlet !== undefined);
    if (known.length === 0) return status('Rejected');
    const busy = !operative && known.some((outlet) => outlet.transaction);
    return status(busy ? 'Scheduled' : 'Accepted', () => {
      if (connectorId === 0) pile.setPileOperative(operative);
      for (const outlet of known) {
        outlet.closingAfter = !operative && outlet.transaction !== undefined;
        if (!outlet.closingAfter) outlet.operative = operative;
        pile.charging.show(outlet);
      }
    });
  },

  ChangeConfiguration(pile, payload) {
    return status(pile.configuration.change(text(payload, 'key'), text(payload, 'value')));
  },

  GetConfiguration(pile, payload) {
    const keys = Array.isArray(payload.key) ? payload.key.map(String) : undefined;
    return { response: pile.configuration.report(keys) };
  },

  ClearCache: (pile) => status('Accepted', () => pile.clearCache()),

  DataTransfer(pile, payload) {
    if (text(payload, 'vendorId') !== pile.vendor) return status('UnknownVendorId');
    if (optionalText(payload, 'messageId') !== 'Echo') return status('UnknownMessageId');
    return { response: { status: 'Accepted', data: optionalText(payload, 'data') ?? '' } };
  },

  TriggerMessage(pile, payload) {
    const outlets = triggeredOutlets(pile, optionalInteger(payload, 'connectorId'));
    if (!outlets) return status('Rejected');
    const { maintenance, uplink } = pile;
    switch (text(payload, 'requestedMessage')) {
      case 'BootNotification':
        return status('Accepted', () => uplink.registerAgain());
      case 'Heartbeat':
        return status('Accepted', () => void uplink.beat());
      case 'DiagnosticsStatusNotification':
        return status('Accepted', () => maintenance.reportDiagnostics());
      case 'FirmwareStatusNotification':
        return status('Accepted', () => maintenance.reportFirmware());
      case 'MeterValues':
        return status('Accepted', () => triggerMeterValues(pile, outlets));
      case 'StatusNotification':
        return status('Accepted', () => triggerStatus(pile, outlets, payload.connectorId));
      default:
        return status('NotImplemented');
    }
  },

  GetDiagnostics(pile, payload) {
    const location = text(payload, 'location');
    const fileName = `${pile.identity}-${new Date(pile.now()).toISOString().slice(0, 10)}.log`;
    return { response: { fileName }, after: () => pile.maintenance.uploadDiagnostics(location) };
  },

  UpdateFirmware(pile, payload) {
    const location = text(payload, 'location');
    const retrieveAt = time(payload, 'retrieveDate');
    return { response: {}, after: () => pile.maintenance.updateFirmware(location, retrieveAt) };
  },
};

/** The outlets a trigger speaks of: one, or all of them; undefined for one that does not exist. */
export function triggeredOutlets(pile: Pile, connectorId: number | undefined): readonly Outlet[] | undefined {
  if (connectorId === undefined || connectorId === 0) return pile.charging.outlets;
  const outlet = pile.charging.outlet(connectorId);
  return outlet ? [outlet] : undefined;
}

export function triggerMeterValues(pile: Pile, outlets: readonly Outlet[]): void {
  for (const outlet of outlets) pile.charging.report(outlet, 'Trigger');
}

export function triggerStatus(pile: Pile, outlets: readonly Outlet[], connectorId: unknown): void {
  if (connectorId === undefined || connectorId === 0) pile.showPile();
  if (connectorId === 0) return;
  for (const outlet of outlets) pile.charging.show(outlet, true);
}

function canStart(outlet: Outlet, idTag: string): boolean {
  if (outlet.transaction || outlet.awaited || !outlet.operative || outlet.errorCode !== 'NoError')
    return false;
  return !outlet.reservation || outlet.reservation.idTag === idTag;
}
