type Kind = 'integer' | 'boolean' | 'list' | 'text';

interface Entry {
  readonly kind: Kind;
  readonly readonly: boolean;
  readonly rebootRequired: boolean;
  readonly min: number;
  readonly max: number;
  /** Words a list may hold. */
  readonly words: readonly string[] | undefined;
  value: string;
}

export type ChangeStatus = 'Accepted' | 'Rejected' | 'RebootRequired' | 'NotSupported';

/** Measurands this meter has; the pile cannot see the battery's own state of charge. */
export const supportedMeasurands = [
  'Energy.Active.Import.Register',
  'Power.Active.Import',
  'Current.Import',
  'Voltage',
  'Temperature',
] as const;

const PROFILES = 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger';
const AUTHORIZATION_KEY = 'AuthorizationKey';

/** The configuration keys of one pile (OCPP 1.6, chapter 9, and the security whitepaper). */
export class Configuration {
  readonly #entries = new Map<string, Entry>();
  readonly #onChange: (key: string, value: string) => void;

  constructor(outlets: number, authorizationKey: string, onChange: (key: string, value: string) => void) {
    this.#onChange = onChange;
    const add = (key: string, kind: Kind, value: string, more: Partial<Entry> = {}) =>
      this.#entries.set(key, {
        kind,
        value,
        readonly: false,
        rebootRequired: false,
        min: 0,
        max: 2_147_483_647,
        words: undefined,
        ...more,
      });
    const fixed = { readonly: true };
    const measurands = { words: supportedMeasurands };

    add('AllowOfflineTxForUnknownId', 'boolean', 'true');
    add('AuthorizationCacheEnabled', 'boolean', 'true');
    add('AuthorizeRemoteTxRequests', 'boolean', 'false');
    add('ClockAlignedDataInterval', 'integer', '0');
    add('ConnectionTimeOut', 'integer', '60');
    add('ConnectorPhaseRotation', 'text', 'NotApplicable');
    add('GetConfigurationMaxKeys', 'integer', '100', fixed);
    add('HeartbeatInterval', 'integer', '300', { min: 1 });
    add('LocalAuthorizeOffline', 'boolean', 'true');
    add('LocalPreAuthorize', 'boolean', 'false');
    add('MeterValuesAlignedData', 'list', 'Energy.Active.Import.Register', measurands);
    add('MeterValuesSampledData', 'list', supportedMeasurands.join(','), measurands);
    add('MeterValueSampleInterval', 'integer', '60');
    add('NumberOfConnectors', 'integer', String(outlets), fixed);
    add('ResetRetries', 'integer', '1');
    add('StopTransactionOnEVSideDisconnect', 'boolean', 'true');
    add('StopTransactionOnInvalidId', 'boolean', 'true');
    add('StopTxnAlignedData', 'list', '', measurands);
    add('StopTxnSampledData', 'list', '', measurands);
    add('SupportedFeatureProfiles', 'text', PROFILES, fixed);
    add('TransactionMessageAttempts', 'integer', '3', { min: 1 });
    add('TransactionMessageRetryInterval', 'integer', '60');
    add('UnlockConnectorOnEVSideDisconnect', 'boolean', 'true');
    add('WebSocketPingInterval', 'integer', '60');
    add('LocalAuthListEnabled', 'boolean', 'true');
    add('LocalAuthListMaxLength', 'integer', '1000', fixed);
    add('SendLocalListMaxLength', 'integer', '200', fixed);
    add('ReserveConnectorZeroSupported', 'boolean', 'false', fixed);
    add('ChargeProfileMaxStackLevel', 'integer', '10', fixed);
    add('ChargingScheduleAllowedChargingRateUnit', 'text', 'Current,Power', fixed);
    add('ChargingScheduleMaxPeriods', 'integer', '24', fixed);
    add('MaxChargingProfilesInstalled', 'integer', '40', fixed);
    add(AUTHORIZATION_KEY, 'text', authorizationKey);
    add('CpoName', 'text', '');
    add('SecurityProfile', 'integer', '1', { rebootRequired: true, min: 1, max: 3 });
    add('CertificateStoreMaxLength', 'integer', '8', fixed);
    add('AdditionalRootCertificateCheck', 'boolean', 'false', fixed);
  }

  integer(key: string): number {
    return Number(this.text(key));
  }

  flag(key: string): boolean {
    return this.text(key) === 'true';
  }

  list(key: string): string[] {
    return this.text(key).split(',').filter(Boolean);
  }

  text(key: string): string {
    return this.#entries.get(key)?.value ?? '';
  }

  change(key: string, value: string): ChangeStatus {
    const entry = this.#entries.get(key);
    if (!entry) return 'NotSupported';
    const written = entry.kind === 'boolean' ? value.toLowerCase() : value;
    if (entry.readonly || !fits(key, entry, written)) return 'Rejected';
    entry.value = written;
    this.#onChange(key, written);
    return entry.rebootRequired ? 'RebootRequired' : 'Accepted';
  }

  /** The answer to GetConfiguration (5.8). The authorization key is shown without its value. */
  report(keys: readonly string[] | undefined): { configurationKey: object[]; unknownKey: string[] } {
    const asked = keys && keys.length > 0 ? keys : [...this.#entries.keys()];
    const configurationKey: object[] = [];
    const unknownKey: string[] = [];
    for (const key of asked) {
      const entry = this.#entries.get(key);
      if (!entry) unknownKey.push(key);
      else if (key === AUTHORIZATION_KEY) configurationKey.push({ key, readonly: false });
      else configurationKey.push({ key, readonly: entry.readonly, value: entry.value });
    }
    return { configurationKey, unknownKey };
  }
}

function fits(key: string, entry: Entry, value: string): boolean {
  if (key === AUTHORIZATION_KEY) return value.length >= 16 && value.length <= 40;
  if (entry.kind === 'boolean') return value === 'true' || value === 'false';
  if (entry.kind === 'integer') {
    return /^\d{1,10}$/.test(value) && Number(value) >= entry.min && Number(value) <= entry.max;
  }
  if (entry.kind === 'list') {
    return value.split(',').every((word) => word === '' || !entry.words || entry.words.includes(word));
  }
  return true;
}
