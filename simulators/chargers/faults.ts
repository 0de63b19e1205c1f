/** How one pile misbehaves. Every switch can be set while it runs. */
export interface Faults {
  /** Answers Rejected to every RemoteStartTransaction. */
  rejectRemoteStart: boolean;
  /** Accepts a RemoteStartTransaction and then does nothing. */
  acceptThenSilent: boolean;
  /** Leaves every call of the central system unanswered. */
  neverAnswer: boolean;
  /** Shows and meters more than the outlet is rated for while charging. */
  overPower: boolean;
  /** Shows 86 °C at every charging outlet. */
  overTemperature: boolean;
  /** Each sample shows less energy than the one before. */
  meterBackwards: boolean;
  /** Added to every timestamp; the clock ignores what the central system says. */
  clockSkewMs: number;
  /** Meter values in kWh with a unit, instead of Wh. */
  kWhUnits: boolean;
  /** Sends every transaction message twice: the same frame again, or the same content under a new id. */
  duplicateMessages: 'off' | 'same-id' | 'new-id';
  /** Outlets that stand faulted; every one of them, or a list. */
  faulted: boolean | readonly number[];
  /** The OCPP error code a faulted outlet shows. */
  faultCode: string;
}

/** What happens once, now. */
export interface OneShotFaults {
  /** Cuts the socket and stays away for so many seconds. */
  dropSocket?: number;
  /** Sets every meter register to zero. */
  meterReset?: boolean;
  /** Opens a second socket and leaves the first one standing. */
  ghostSocket?: boolean;
}

export type FaultOrder = Partial<Faults> & OneShotFaults;

export function noFaults(): Faults {
  return {
    rejectRemoteStart: false,
    acceptThenSilent: false,
    neverAnswer: false,
    overPower: false,
    overTemperature: false,
    meterBackwards: false,
    clockSkewMs: 0,
    kWhUnits: false,
    duplicateMessages: 'off',
    faulted: false,
    faultCode: 'OtherError',
  };
}

const errorCodes: readonly string[] = [
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'OtherError',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
];
const isBoolean = (value: unknown) => typeof value === 'boolean';

const accepted: Record<keyof Faults | keyof OneShotFaults, (value: unknown) => boolean> = {
  rejectRemoteStart: isBoolean,
  acceptThenSilent: isBoolean,
  neverAnswer: isBoolean,
  overPower: isBoolean,
  overTemperature: isBoolean,
  meterBackwards: isBoolean,
  clockSkewMs: Number.isSafeInteger,
  kWhUnits: isBoolean,
  duplicateMessages: (value) => value === 'off' || value === 'same-id' || value === 'new-id',
  faulted: (value) => isBoolean(value) || (Array.isArray(value) && value.every((id) => Number.isInteger(id))),
  faultCode: (value) => typeof value === 'string' && errorCodes.includes(value),
  dropSocket: (value) => typeof value === 'number' && value >= 0 && value <= 86_400,
  meterReset: isBoolean,
  ghostSocket: isBoolean,
};

/** Reads switches from an unknown body; says in words which one does not fit. */
export function parseFaultOrder(body: unknown): FaultOrder | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'an object is expected';
  for (const [name, value] of Object.entries(body)) {
    const fits = Object.hasOwn(accepted, name) ? accepted[name as keyof typeof accepted] : undefined;
    if (!fits) return `unknown switch ${name}`;
    if (!fits(value)) return `${name} does not take ${JSON.stringify(value)}`;
  }
  return body as FaultOrder;
}
