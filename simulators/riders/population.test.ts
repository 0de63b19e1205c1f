import { expect, test } from 'vitest';
import { seededRandom } from '../chargers/random.ts';
import { type RiderApi, runRiders } from './population.ts';

test('riders log in once, quote and start; a refused one logs in again next time', async () => {
  const done: string[] = [];
  let starts = 0;
  const api: RiderApi = {
    login: async (code) => {
      done.push(`login ${code}`);
      return `token-${code}`;
    },
    freeOutletsNear: async (_token, { latitude }) => (latitude > 30 ? ['outlet-1'] : []),
    quote: async (_token, outletId) => `quote-${outletId}`,
    startCharge: async (token, quoteId) => {
      starts += 1;
      if (starts === 2) throw new Error('taken');
      done.push(`start ${token} ${quoteId}`);
    },
  };
  const complaints: string[] = [];
  const end = runRiders({
    api,
    codes: ['demo-rider-1'],
    centre: { latitude: 31.2, longitude: 121.5 },
    everyMs: 5,
    random: seededRandom(1),
    log: (text) => complaints.push(text),
  });
  await expect.poll(() => starts).toBeGreaterThan(2);
  end();
  const start = 'start token-demo-rider-1 quote-outlet-1';
  expect(done.slice(0, 4)).toEqual(['login demo-rider-1', start, 'login demo-rider-1', start]);
  expect(complaints).toEqual(['demo-rider-1: taken']);
});
