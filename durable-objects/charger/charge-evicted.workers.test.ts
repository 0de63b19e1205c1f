import { env } from 'cloudflare:test';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { centiFen, epochMs } from '../../domain/units.ts';
import { FLAT_TARIFF } from '../../tests/workers/city.ts';
import {
  accepts,
  acceptsStop,
  answers,
  begins,
  ends,
  expectTold,
  reads,
  riderStops,
  type Story,
  says,
  starts,
  type Told,
  tellAll,
} from './charge-story.test-support.ts';
import { stopClock } from './clock.test-support.ts';

afterAll(() => void vi.useRealTimers());

const ONE_BILL = { state: 'completed', vouchers: ['hold', 'capture'], attention: null };

const BY_POWER: TariffRules = {
  ...FLAT_TARIFF,
  kind: 'power-tier',
  tiers: [
    {
      uptoWatt: 300,
      electricityCentiFenPerHour: centiFen(3_000),
      serviceCentiFenPerHour: centiFen(3_000),
    },
    {
      uptoWatt: null,
      electricityCentiFenPerHour: centiFen(6_000),
      serviceCentiFenPerHour: centiFen(12_000),
    },
  ],
};

const BY_TIME_OF_USE: TariffRules = {
  ...FLAT_TARIFF,
  kind: 'energy',
  periods: [
    {
      fromMinute: 480,
      toMinute: 1_320,
      label: 'peak',
      electricityCentiFenPerKwh: centiFen(10_000),
      serviceCentiFenPerKwh: centiFen(5_000),
    },
    {
      fromMinute: 1_320,
      toMinute: 480,
      label: 'valley',
      electricityCentiFenPerKwh: centiFen(3_000),
      serviceCentiFenPerKwh: centiFen(2_000),
    },
  ],
};

/** Twenty to ten in the evening in Shanghai: the cheap hours begin at minute 20. */
const EVENING = epochMs(Date.UTC(2031, 4, 5, 13, 40));

const STORIES: Record<string, Story> = {
  'a charge until full that its rider stops': {
    everywhere: true,
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [0, says('Charging')],
      [10, reads(100, 600)],
      [20, reads(200, 600)],
      [45, reads(450, 600)],
      [50, reads(500, 600)],
      [51, riderStops],
      [51, acceptsStop],
      [51, ends(510)],
      [51, says('Available')],
    ],
    // 510 Wh at ¥0.60 and ¥0.90 a kWh: 30.6 and 45.9 fen.
    books: {
      ...ONE_BILL,
      endReason: 'rider',
      bill: { energyWh: 510, electricityFen: 31, serviceFen: 46, idleFen: 0, totalFen: 77, waivedFen: 0 },
    },
    walletFen: 9_923,
  },

  'an amount: the device is told to stop when it is reached, and what flows after it is on the platform': {
    everywhere: true,
    steps: [
      [0, starts({ kind: 'money', fen: 100 })],
      [0, accepts],
      [0, begins()],
      [20, reads(300, 900)],
      [40, reads(600, 900)],
      [46, reads(690, 900)],
      [46, acceptsStop],
      [46, ends(700, 'Remote')],
    ],
    // 42.0 and 63.0 fen would be 105; service 100/105 of 63, the rest electricity.
    books: {
      ...ONE_BILL,
      endReason: 'money-limit',
      bill: { energyWh: 700, electricityFen: 40, serviceFen: 60, idleFen: 0, totalFen: 100, waivedFen: 5 },
    },
    walletFen: 9_900,
  },

  'an energy: it ends at the first reading beyond it': {
    steps: [
      [0, starts({ kind: 'energy', wh: 200 })],
      [0, accepts],
      [0, begins()],
      [8, reads(120, 900)],
      [13, reads(199, 900)],
      [14, reads(205, 900)],
      [14, acceptsStop],
      [14, ends(206, 'Remote')],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'energy-limit',
      bill: { energyWh: 206, electricityFen: 12, serviceFen: 19, totalFen: 31 },
    },
    walletFen: 9_969,
  },

  'a time: the alarm ends it, whether or not the meter speaks': {
    steps: [
      [0, starts({ kind: 'minutes', minutes: 30 })],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [31, acceptsStop],
      [31, ends(310, 'Remote')],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'time-limit',
      bill: { energyWh: 310, electricityFen: 19, serviceFen: 28, totalFen: 47 },
    },
    walletFen: 9_953,
  },

  'the plug is pulled: the device ends it by itself': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [0, says('Charging')],
      [10, reads(100, 600)],
      [12, ends(120, 'EVDisconnected')],
      [12, says('Available')],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'unplugged',
      bill: { energyWh: 120, electricityFen: 7, serviceFen: 11, totalFen: 18 },
    },
    walletFen: 9_982,
  },

  'a full battery: some minutes of a trickle end it': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [11, reads(101, 8)],
      [12, reads(101, 6)],
      [13, reads(101, 6)],
      [14, reads(101, 5)],
      [14, acceptsStop],
      [14, ends(101, 'Remote')],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'full',
      bill: { energyWh: 101, electricityFen: 6, serviceFen: 9, totalFen: 15 },
    },
    walletFen: 9_985,
  },

  'a full battery of which the device says one trickle and then nothing: a quarter of an hour ends it': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [15, reads(101, 4)],
      [31, acceptsStop],
      [31, ends(101, 'Remote')],
    ],
    books: { ...ONE_BILL, endReason: 'full', bill: { energyWh: 101, totalFen: 15 } },
    walletFen: 9_985,
  },

  'a tariff by power bills each stretch in its tier': {
    rules: BY_POWER,
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [19, reads(190, 600)],
      [25, reads(210, 200)],
      [34, reads(240, 200)],
      [40, riderStops],
      [40, acceptsStop],
      [40, ends(260)],
    ],
    // 19 minutes above 300 W at ¥0.60 and ¥1.20 an hour, 21 below at ¥0.30 and ¥0.30: 19 + 10.5 and 38 + 10.5 fen.
    books: {
      ...ONE_BILL,
      endReason: 'rider',
      bill: { energyWh: 260, electricityFen: 30, serviceFen: 49, totalFen: 79 },
    },
    walletFen: 9_921,
  },

  'peak and valley: each Wh is billed in the period in which it flowed': {
    rules: BY_TIME_OF_USE,
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(200, 1_200)],
      [19, reads(380, 1_200)],
      [25, reads(410, 300)],
      [40, reads(500, 360)],
      [42, riderStops],
      [42, acceptsStop],
      [42, ends(510)],
    ],
    // 22:00 in Shanghai at minute 20: 380 Wh and a sixth of the next 30 by day, 125 Wh by night.
    books: { ...ONE_BILL, bill: { energyWh: 510, electricityFen: 43, serviceFen: 22, totalFen: 65 } },
    walletFen: 9_935,
  },

  'an outlet that gets hot is cut at once, and the operators hear of it (D6)': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600, { celsius: 45 })],
      [15, reads(150, 600, { celsius: 71.5 })],
      [15, acceptsStop],
      [15, ends(151, 'Remote')],
    ],
    books: {
      state: 'completed',
      vouchers: ['hold', 'capture'],
      endReason: 'over-temperature',
      bill: { energyWh: 151, electricityFen: 9, serviceFen: 14, totalFen: 23 },
    },
    walletFen: 9_977,
    also: async ({ charger }) => {
      const { results } = await env.DB.prepare(
        'SELECT kind, severity, outlet_no AS outlet FROM alarms WHERE charger_id = ?',
      )
        .bind(charger.chargerId)
        .all();
      expect(results).toEqual([{ kind: 'over-temperature', severity: 'critical', outlet: 1 }]);
    },
  },

  'a device that refuses to stop is asked again until it does': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [11, riderStops],
      [11, answers('RemoteStopTransaction', { status: 'Rejected' })],
      [12, answers('RemoteStopTransaction', { status: 'Accepted' }, 2)],
      [12, ends(120)],
    ],
    books: { ...ONE_BILL, endReason: 'rider', bill: { energyWh: 120, totalFen: 18 } },
    walletFen: 9_982,
  },
};

let told: Told;
beforeAll(async () => {
  stopClock(EVENING);
  told = await tellAll(Object.values(STORIES));
}, 60_000);

test.each(Object.entries(STORIES))('%s', (_, story) => expectTold(told, story));
