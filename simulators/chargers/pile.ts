import type { CertificateStore } from './certificates.ts';
import type { Charging } from './charging.ts';
import type { ChargingProfiles } from './charging-profiles.ts';
import type { Configuration } from './configuration.ts';
import type { Faults } from './faults.ts';
import type { LocalList } from './local-list.ts';
import type { Maintenance } from './maintenance.ts';
import type { Timers } from './timers.ts';
import type { Uplink } from './uplink.ts';

/** The parts of one pile, as its handlers of the central system's calls see them. */
export interface Pile {
  readonly identity: string;
  readonly vendor: string;
  readonly faults: Faults;
  readonly timers: Timers;
  readonly configuration: Configuration;
  readonly charging: Charging;
  readonly profiles: ChargingProfiles;
  readonly localList: LocalList;
  readonly certificates: CertificateStore;
  readonly maintenance: Maintenance;
  readonly uplink: Uplink;
  /** The device's clock, epoch ms. */
  now(): number;
  notify(action: string, payload: object): void;
  /** Asks the local list or the central system. */
  authorize(idTag: string): Promise<boolean>;
  clearCache(): void;
  reset(kind: 'Hard' | 'Soft'): void;
  /** The state of the whole pile, connector 0. */
  showPile(): void;
  setPileOperative(operative: boolean): void;
}
