import { env } from 'cloudflare:test';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { centiFen } from '../../domain/units.ts';
import { FLAT_TARIFF } from '../../tests/workers/city.ts';
import {
  accepts,
  acceptsStop,
  answers,
  begins,
  ends,
  expectTold,
  type Life,
  loses,
  reads,
  returns,
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
const MONEY_BACK = { state: 'start_failed', vouchers: ['hold', 'release'], bill: null, totalFen: 0 };

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

const repeatsStart = async (life: Life) => {
  const first = life.transactionId;
  await begins({ minutesAgo: 1 })(life);
  expect(life.transactionId).toBe(first);
};

const quarantinedAt = async (chargerId: string) => {
  const { results } = await env.DB.prepare(
    'SELECT reason, order_id AS orderId, energy_wh AS energyWh FROM quarantined_sessions WHERE charger_id = ?',
  )
    .bind(chargerId)
    .all();
  return results;
};

const STORIES: Record<string, Story> = {
  'the device rejects the start: the money is back': {
    steps: [
      [0, starts()],
      [0, answers('RemoteStartTransaction', { status: 'Rejected' })],
    ],
    books: { ...MONEY_BACK, endReason: 'device-rejected' },
    walletFen: 10_000,
  },

  'the device accepts and then nothing comes: the deadline gives the money back': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, says('Preparing')],
      [2, says('Available')],
    ],
    books: { ...MONEY_BACK, endReason: 'no-start' },
    walletFen: 10_000,
  },

  'the device never answers the start: the money is back': {
    steps: [
      [0, starts()],
      [2, says('Preparing')],
    ],
    books: { ...MONEY_BACK, endReason: 'device-timeout' },
    walletFen: 10_000,
  },

  'the device is gone before its answer: the deadline gives the money back': {
    steps: [
      [0, starts()],
      [0, loses],
      [2, returns],
    ],
    books: { ...MONEY_BACK, endReason: 'device-timeout' },
    walletFen: 10_000,
  },

  'the rider thinks better of it before it starts': {
    steps: [
      [0, starts()],
      [0, accepts],
      [1, riderStops],
    ],
    books: { ...MONEY_BACK, endReason: 'cancelled' },
    walletFen: 10_000,
  },

  'the device is gone before its answer, had started all the same, and comes back in time': {
    steps: [
      [0, starts()],
      [0, loses],
      [1, returns],
      [1, begins({ minutesAgo: 0.5 })],
      [10, reads(100, 600)],
      [11, ends(110, 'EVDisconnected')],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'unplugged',
      bill: { energyWh: 110, electricityFen: 7, serviceFen: 10, totalFen: 17 },
    },
    walletFen: 9_983,
  },

  'the socket is lost in the middle of a charge and comes back; the tariff by power still counts every stretch':
    {
      rules: BY_POWER,
      everywhere: true,
      steps: [
        [0, starts()],
        [0, accepts],
        [0, begins()],
        [10, reads(100, 600)],
        [18, reads(180, 600)],
        [18, loses],
        [26, returns],
        [30, reads(200, 100)],
        [39, reads(215, 100)],
        [40, riderStops],
        [40, acceptsStop],
        [40, ends(217)],
      ],
      // 18 minutes above 300 W at ¥0.60 and ¥1.20 an hour, 22 below at ¥0.30 and ¥0.30: 18 + 11 and 36 + 11 fen.
      books: {
        ...ONE_BILL,
        endReason: 'rider',
        bill: { energyWh: 217, electricityFen: 29, serviceFen: 47, totalFen: 76 },
      },
      walletFen: 9_924,
    },

  'the socket is lost and the charge ends meanwhile: its StopTransaction comes with the reconnection': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [10, loses],
      [30, returns],
      [30, says('Available')],
      [30, ends(150, 'EVDisconnected', { minutesAgo: 14 })],
    ],
    books: { ...ONE_BILL, endReason: 'unplugged', bill: { energyWh: 150, totalFen: 23 } },
    walletFen: 9_977,
  },

  'the rider stops while the device is away; it is told when it is back': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [10, loses],
      [12, riderStops],
      [20, returns],
      [30, acceptsStop],
      [30, ends(200)],
    ],
    books: {
      state: 'completed',
      vouchers: ['hold', 'capture'],
      endReason: 'rider',
      bill: { energyWh: 200, totalFen: 30 },
    },
    walletFen: 9_970,
  },

  'a StartTransaction after the deadline is not let run: stopped, kept as evidence, no money': {
    steps: [
      [0, starts()],
      [0, accepts],
      [3, begins({ note: 'status' })],
      [3, acceptsStop],
      [4, ends(10, 'Remote')],
    ],
    books: { ...MONEY_BACK, endReason: 'no-start' },
    walletFen: 10_000,
    also: async ({ charger, notes, orderId }) => {
      expect(notes.status).toBe('Invalid');
      expect(await quarantinedAt(charger.chargerId)).toEqual([
        { reason: 'started-after-deadline', orderId, energyWh: 10 },
      ]);
    },
  },

  'a start in time that is told too late is the rider’s charge after all, billed once without its hold': {
    everywhere: true,
    steps: [
      [0, starts()],
      [0, accepts],
      [0, loses],
      [5, returns],
      [5, begins({ minutesAgo: 4.5 })],
      [10, reads(100, 600)],
      [12, ends(120, 'EVDisconnected')],
    ],
    books: {
      state: 'completed',
      vouchers: ['hold', 'release', 'charge'],
      endReason: 'unplugged',
      bill: { energyWh: 120, electricityFen: 7, serviceFen: 11, totalFen: 18 },
    },
    walletFen: 9_982,
  },

  'Start- and StopTransaction repeated under new message ids change nothing': {
    steps: [
      [0, starts()],
      [0, accepts],
      [1, begins({ minutesAgo: 0 })],
      [2, repeatsStart],
      [10, reads(100, 600)],
      [10, ends(110, 'EVDisconnected')],
      [10, ends(110, 'EVDisconnected')],
      [11, ends(110, 'EVDisconnected', { minutesAgo: 1 })],
    ],
    books: { ...ONE_BILL, bill: { energyWh: 110, totalFen: 17 } },
    walletFen: 9_983,
  },

  'a charge that ran offline is replayed with transactionId −1': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, loses],
      [1, returns],
      [1, begins({ minutesAgo: 0.5 })],
      [5, reads(50, 600, { transactionId: -1 })],
      [10, reads(100, 600, { transactionId: -1 })],
      [11, ends(112, 'EVDisconnected', { transactionId: -1 })],
    ],
    books: {
      ...ONE_BILL,
      endReason: 'unplugged',
      bill: { energyWh: 112, electricityFen: 7, serviceFen: 10, totalFen: 17 },
    },
    walletFen: 9_983,
  },

  'the device lost the transaction: the outlet free for minutes ends it at what the meter said last': {
    steps: [
      [0, starts()],
      [0, accepts],
      [0, begins()],
      [10, reads(100, 600)],
      [11, says('Available')],
      [17, says('Preparing')],
    ],
    books: {
      state: 'completed',
      vouchers: ['hold', 'capture'],
      endReason: 'lost',
      bill: { energyWh: 100, totalFen: 15 },
    },
    walletFen: 9_985,
  },
};

let told: Told;
beforeAll(async () => {
  stopClock();
  told = await tellAll(Object.values(STORIES));
}, 60_000);

test.each(Object.entries(STORIES))('%s', (_, story) => expectTold(told, story));
