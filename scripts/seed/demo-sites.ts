import type { OpeningSpan, sites } from '../../database/schema/fleet.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { between, pick, seededRandom } from '../../simulators/chargers/random.ts';
import { DEMO_AREAS } from './demo-areas.ts';
import { DEMO_AGENT_ID } from './demo-names.ts';
import { AGENT_TARIFF_ID, SITE_TARIFF_IDS } from './demo-tariffs.ts';

export type SiteRow = typeof sites.$inferInsert;

/** So 12 of the 60. */
const EVERY_NTH_SITE_IS_THE_AGENTS = 5;

const ALWAYS: readonly OpeningSpan[] = [];
const HOURS: readonly [readonly OpeningSpan[], ...(readonly OpeningSpan[])[]] = [
  ALWAYS,
  ALWAYS,
  ALWAYS,
  [{ fromMinute: 6 * 60, toMinute: 24 * 60 }],
  [{ fromMinute: 7 * 60, toMinute: 23 * 60 }],
  // Wraps midnight: 05:30 to 01:30.
  [{ fromMinute: 5 * 60 + 30, toMinute: 90 }],
  [
    { fromMinute: 6 * 60, toMinute: 12 * 60 },
    { fromMinute: 13 * 60 + 30, toMinute: 2 * 60 },
  ],
];

/** The demo's 60 sites, SITE01 to SITE60; always the same but for their totals, which the devices give. */
export function demoSites(createdAt: number): SiteRow[] {
  const random = seededRandom('demo-sites');
  return DEMO_AREAS.flatMap((area) => area.sites.map((name) => ({ area, name }))).map(
    ({ area, name }, index) => {
      const latE6 = Math.round((area.latitude + between(random, -0.005, 0.005)) * 1e6);
      const lngE6 = Math.round((area.longitude + between(random, -0.005, 0.005)) * 1e6);
      const ownedByAgent = (index + 1) % EVERY_NTH_SITE_IS_THE_AGENTS === 0;
      return {
        id: siteId(index),
        name,
        address: `深圳市${area.district}${area.road}${Math.floor(between(random, 1, 290))}号`,
        latE6,
        lngE6,
        cell: cellOf(latE6, lngE6),
        region: 'apac',
        openingHours: hoursOf(index, pick(random, HOURS)),
        phone: `0755-${Math.floor(between(random, 8_200_0000, 8_999_9999))}`,
        photos: [],
        tariffId: ownedByAgent ? AGENT_TARIFF_ID : pick(random, SITE_TARIFF_IDS),
        agentId: ownedByAgent ? DEMO_AGENT_ID : null,
        createdAt,
      };
    },
  );
}

/** Devices from outside stand at every third site, and whoever tries one at night shall not find it closed. */
export const OUTSIDE_EVERY_NTH_SITE = 3;

const hoursOf = (index: number, hours: readonly OpeningSpan[]): OpeningSpan[] =>
  index % OUTSIDE_EVERY_NTH_SITE === 0 ? [] : [...hours];

export const siteId = (index: number): string => `SITE${String(index + 1).padStart(2, '0')}`;
