/** The franchise partner of the demo. */
export const DEMO_AGENT_ID = 'agent-demo';

/** The console users of the demo, one a role and named after it. */
export const DEMO_STAFF_NAMES = ['system', 'operations', 'finance', 'staff', 'agent'] as const;

/** What every console user of the demo signs in with. */
export const DEMO_PASSWORD = 'demo-password-2026';

/** The key of the identities that no simulated pile takes: 30001 to 30020, for devices from outside. */
export const OUTSIDE_KEY = 'demo-device-key';
export const OUTSIDE_NUMBERS: readonly number[] = Array.from({ length: 20 }, (_, index) => 30_001 + index);

/** The identities the simulated fleet takes: 20001 to 20200. */
export const PILE_NUMBERS: readonly number[] = Array.from({ length: 200 }, (_, index) => 20_001 + index);
export const pileKey = (number: number): string => `demo-pile-${number}`;

/** The charger behind a DTU of the demo. */
export const chargerId = (dtuNumber: number): string => `CH${dtuNumber}`;

export const PILE_OUTLETS = 10;
export const OUTSIDE_OUTLETS = 2;
/** Of one outlet. */
export const RATED_POWER_W = 1200;

/** What the simulated fleet reads: who it is and how it proves it. */
export const demoFleet = () =>
  PILE_NUMBERS.map((number) => ({
    identity: String(number),
    key: pileKey(number),
    outlets: PILE_OUTLETS,
    ratedPowerW: RATED_POWER_W,
  }));
