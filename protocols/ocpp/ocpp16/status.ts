/** States of a connector, or of the whole charge point as connector 0 (OCPP 1.6 §7.7). */
export const CHARGE_POINT_STATUSES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
] as const;
export type ChargePointStatus = (typeof CHARGE_POINT_STATUSES)[number];

/** What a StatusNotification complains about (OCPP 1.6 §7.6). */
export const CHARGE_POINT_ERROR_CODES = [
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
] as const;
export type ChargePointErrorCode = (typeof CHARGE_POINT_ERROR_CODES)[number];

/** Why a transaction stopped (OCPP 1.6 §7.36). */
export const STOP_REASONS = [
  'DeAuthorized',
  'EmergencyStop',
  'EVDisconnected',
  'HardReset',
  'Local',
  'Other',
  'PowerLoss',
  'Reboot',
  'Remote',
  'SoftReset',
  'UnlockCommand',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** Operative: every state but Unavailable and Faulted (OCPP 1.6 §7.7). */
export function isOperative(status: ChargePointStatus): boolean {
  return status !== 'Unavailable' && status !== 'Faulted';
}

/** Whether connector 0 may report this: only Available, Unavailable and Faulted (OCPP 1.6 §4.9). */
export function isMainControllerStatus(status: ChargePointStatus): boolean {
  return status === 'Available' || status === 'Unavailable' || status === 'Faulted';
}

/**
 * In use by somebody: the five states that the `Occupied` of earlier versions was split into
 * (OCPP 1.6 §4.9). `Reserved` is not among them.
 */
export function isOccupied(status: ChargePointStatus): boolean {
  return (
    status === 'Preparing' ||
    status === 'Charging' ||
    status === 'SuspendedEVSE' ||
    status === 'SuspendedEV' ||
    status === 'Finishing'
  );
}

/** A transaction runs while energy flows or is paused by either side (OCPP 1.6 §4.9). */
export function isInTransaction(status: ChargePointStatus): boolean {
  return status === 'Charging' || status === 'SuspendedEVSE' || status === 'SuspendedEV';
}

/**
 * A rider may start here: the connector is free, or the cable is in and nobody has started yet
 * (`Preparing`: no ongoing transaction, OCPP 1.6 §7.7).
 */
export function isStartable(status: ChargePointStatus): boolean {
  return status === 'Available' || status === 'Preparing';
}

/**
 * An error that does not take the connector out of service is a warning: OCPP 1.6 §4.9 has `Faulted`
 * for the others.
 */
export function isWarning(status: ChargePointStatus, errorCode: ChargePointErrorCode): boolean {
  return errorCode !== 'NoError' && status !== 'Faulted';
}

/** The rider or the platform ended it in the regular way (OCPP 1.6 §7.36: Local and Remote). */
export function isRegularStop(reason: StopReason): boolean {
  return reason === 'Local' || reason === 'Remote';
}
