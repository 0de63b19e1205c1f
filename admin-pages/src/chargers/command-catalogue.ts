import type { Facts } from '../api/chargers.ts';
import type { zhDevices } from '../messages/zh-devices.ts';

type NamedKey = Extract<keyof typeof zhDevices, `command.name.${string}`>;
export type EffectKey = Extract<keyof typeof zhDevices, `command.effect.${string}`>;

/** A command with a payload to begin from, and what it will do. */
export interface CommandTemplate {
  readonly key: string;
  readonly action: string;
  readonly payload: Facts;
  readonly name?: NamedKey;
  readonly effect: EffectKey;
  /** It can cut off a charge, or take the charger out of use. */
  readonly severe: boolean;
}

/** What is sent often, in the words of operators. */
export const COMMON_COMMANDS: readonly CommandTemplate[] = [
  common('status', 'TriggerMessage', { requestedMessage: 'StatusNotification' }),
  common('meter', 'TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }),
  common('softReset', 'Reset', { type: 'Soft' }, true),
  common('hardReset', 'Reset', { type: 'Hard' }, true),
  common('disable', 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }, true),
  common('enable', 'ChangeAvailability', { connectorId: 1, type: 'Operative' }),
  common('unlock', 'UnlockConnector', { connectorId: 1 }, true),
  common('getConfiguration', 'GetConfiguration', {}),
  common('changeConfiguration', 'ChangeConfiguration', { key: 'HeartbeatInterval', value: '300' }, true),
  common('clearCache', 'ClearCache', {}),
  common('diagnostics', 'GetDiagnostics', { location: 'https://' }),
  common('firmware', 'UpdateFirmware', { location: 'https://', retrieveDate: '2026-01-01T00:00:00Z' }, true),
];

function common(word: string, action: string, payload: Facts, severe = false): CommandTemplate {
  const name = `command.name.${word}` as NamedKey;
  const effect = `command.effect.${word}` as EffectKey;
  return { key: word, action, payload, name, effect, severe };
}

/** Every operation a central system may send (OCPP 1.6 §5 and the security extension). */
const ALL_ACTIONS: readonly string[] = [
  'CancelReservation',
  'CertificateSigned',
  'ChangeAvailability',
  'ChangeConfiguration',
  'ClearCache',
  'ClearChargingProfile',
  'DataTransfer',
  'DeleteCertificate',
  'ExtendedTriggerMessage',
  'GetCompositeSchedule',
  'GetConfiguration',
  'GetDiagnostics',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetLog',
  'InstallCertificate',
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'ReserveNow',
  'Reset',
  'SendLocalList',
  'SetChargingProfile',
  'SignedUpdateFirmware',
  'TriggerMessage',
  'UnlockConnector',
  'UpdateFirmware',
];

const EFFECTS: Readonly<Record<string, EffectKey>> = {
  RemoteStartTransaction: 'command.effect.remoteStart',
  RemoteStopTransaction: 'command.effect.remoteStop',
};

/** The same by their names in the standard, with an empty payload; what they do depends on it. */
export const ALL_COMMANDS: readonly CommandTemplate[] = ALL_ACTIONS.map((action) => ({
  key: `ocpp:${action}`,
  action,
  payload: {},
  effect: EFFECTS[action] ?? 'command.effect.other',
  severe: !action.startsWith('Get') && !action.endsWith('TriggerMessage'),
}));
