import type { Ocpp16Action } from './messages.ts';

/** The two ends of a connection, by the names the standard gives them. */
export type Ocpp16Sender = 'ChargePoint' | 'CentralSystem';

/** The feature profiles (OCPP 1.6 §3.3); `Security` stands for the messages the security white paper adds. */
export type Ocpp16Profile =
  | 'Core'
  | 'FirmwareManagement'
  | 'LocalAuthListManagement'
  | 'Reservation'
  | 'SmartCharging'
  | 'RemoteTrigger'
  | 'Security';

interface ProfileActions {
  readonly ChargePoint: readonly Ocpp16Action[];
  readonly CentralSystem: readonly Ocpp16Action[];
}

/** Who may ask what, by profile (OCPP 1.6 §4 and §5). DataTransfer is the one action both may send. */
export const OCPP16_PROFILES = {
  Core: {
    ChargePoint: [
      'Authorize',
      'BootNotification',
      'DataTransfer',
      'Heartbeat',
      'MeterValues',
      'StartTransaction',
      'StatusNotification',
      'StopTransaction',
    ],
    CentralSystem: [
      'ChangeAvailability',
      'ChangeConfiguration',
      'ClearCache',
      'DataTransfer',
      'GetConfiguration',
      'RemoteStartTransaction',
      'RemoteStopTransaction',
      'Reset',
      'UnlockConnector',
    ],
  },
  FirmwareManagement: {
    ChargePoint: ['DiagnosticsStatusNotification', 'FirmwareStatusNotification'],
    CentralSystem: ['GetDiagnostics', 'UpdateFirmware'],
  },
  LocalAuthListManagement: {
    ChargePoint: [],
    CentralSystem: ['GetLocalListVersion', 'SendLocalList'],
  },
  Reservation: {
    ChargePoint: [],
    CentralSystem: ['CancelReservation', 'ReserveNow'],
  },
  SmartCharging: {
    ChargePoint: [],
    CentralSystem: ['ClearChargingProfile', 'GetCompositeSchedule', 'SetChargingProfile'],
  },
  RemoteTrigger: {
    ChargePoint: [],
    CentralSystem: ['TriggerMessage'],
  },
  Security: {
    ChargePoint: [
      'LogStatusNotification',
      'SecurityEventNotification',
      'SignCertificate',
      'SignedFirmwareStatusNotification',
    ],
    CentralSystem: [
      'CertificateSigned',
      'DeleteCertificate',
      'ExtendedTriggerMessage',
      'GetInstalledCertificateIds',
      'GetLog',
      'InstallCertificate',
      'SignedUpdateFirmware',
    ],
  },
} as const satisfies Readonly<Record<Ocpp16Profile, ProfileActions>>;

type ActionsFrom<Sender extends Ocpp16Sender> = (typeof OCPP16_PROFILES)[Ocpp16Profile][Sender][number];

/** The actions a charge point may send. */
export type ChargePointAction = ActionsFrom<'ChargePoint'>;
/** The actions the central system may send. */
export type CentralSystemAction = ActionsFrom<'CentralSystem'>;

const profiles: readonly ProfileActions[] = Object.values(OCPP16_PROFILES);

/** Every action a charge point may send, in the order of the profiles. */
export const CHARGE_POINT_ACTIONS = profiles.flatMap((p) => p.ChargePoint) as readonly ChargePointAction[];
/** Every action the central system may send, in the order of the profiles. */
export const CENTRAL_SYSTEM_ACTIONS = profiles.flatMap(
  (p) => p.CentralSystem,
) as readonly CentralSystemAction[];

const sendable: Readonly<Record<Ocpp16Sender, ReadonlySet<string>>> = {
  ChargePoint: new Set(CHARGE_POINT_ACTIONS),
  CentralSystem: new Set(CENTRAL_SYSTEM_ACTIONS),
};

/** Whether the standard lets `sender` send this action. Names are case sensitive (OCPP-J 1.6 §4.2.1). */
export function maySend(sender: Ocpp16Sender, action: string): boolean {
  return sendable[sender].has(action);
}
