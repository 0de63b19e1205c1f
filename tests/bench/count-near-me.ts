import type { D1Database } from '@cloudflare/workers-types';
import { cellOf } from '../../domain/geo/cell.ts';
import { DEMO_AREAS } from '../../scripts/seed/demo-areas.ts';
import { SITE_TARIFF_IDS } from '../../scripts/seed/demo-tariffs.ts';
import { between, pick, type Random, seededRandom } from '../../simulators/chargers/random.ts';
import { mapLimited } from './device-socket.ts';
import type { MeteredStack } from './metered-stack.ts';
import { expectStatus, RiderApi } from './rider-api.ts';

export interface NearMeCounts {
  /** Means of a call; a call is one page of 20. The look-up of the session is not counted. */
  readonly rowsRead: number;
  readonly rowsReturned: number;
  readonly statements: number;
  readonly calls: number;
  /** The page that read the most for what it returned. */
  readonly worst: { readonly rowsRead: number; readonly rowsReturned: number };
}

const PAGES = 3;
const SITES_A_STATEMENT = 5_000;
/** A token's session and its rider: two rows that every route reads. */
const SESSION_ROWS = 2;
/** Greater Shenzhen, in degrees. */
const SOUTH = 22.45;
const NORTH = 22.86;
const WEST = 113.76;
const EAST = 114.62;
/** Most sites stand in clumps, as the people do. */
const CLUMPED = 0.7;
const CLUMP_DEGREES = 0.012;

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

function somewhere(random: Random): Place {
  if (random() > CLUMPED)
    return { latitude: between(random, SOUTH, NORTH), longitude: between(random, WEST, EAST) };
  const centre = { latitude: (SOUTH + NORTH) / 2, longitude: (WEST + EAST) / 2 };
  const area = DEMO_AREAS[Math.floor(random() * DEMO_AREAS.length)] ?? centre;
  // The sum of three is bell-shaped enough.
  const spread = () => CLUMP_DEGREES * (random() + random() + random() - 1.5);
  return { latitude: area.latitude + spread(), longitude: area.longitude + spread() };
}

/** Adds sites `from` to `to`, always the same ones, in few statements. */
export async function seedSites(database: D1Database, from: number, to: number): Promise<void> {
  const random = seededRandom(`near-sites-${from}`);
  for (let start = from; start < to; start += SITES_A_STATEMENT) {
    const rows = Array.from({ length: Math.min(SITES_A_STATEMENT, to - start) }, (_, offset) => {
      const { latitude, longitude } = somewhere(random);
      const latE6 = Math.round(latitude * 1e6);
      const lngE6 = Math.round(longitude * 1e6);
      const index = start + offset;
      return [
        `NEAR${String(index).padStart(6, '0')}`,
        latE6,
        lngE6,
        cellOf(latE6, lngE6),
        pick(random, SITE_TARIFF_IDS),
      ];
    });
    await database
      .prepare(
        `INSERT INTO sites (id, name, address, lat_e6, lng_e6, cell, region, opening_hours, phone, photos, tariff_id,
           outlets_total, created_at)
         SELECT value ->> 0, 'Site', 'Road', value ->> 1, value ->> 2, value ->> 3, 'apac', '[]', '0755', '[]',
           value ->> 4, 10, 1 FROM json_each(?)`,
      )
      .bind(JSON.stringify(rows))
      .run();
  }
}

/** Asks for the first pages around random places and takes what each cost from its `Server-Timing` header. */
export async function countNearMe(stack: MeteredStack, token: string, places: number): Promise<NearMeCounts> {
  const random = seededRandom('near-riders');
  const api = new RiderApi(stack.url);
  const asked = await mapLimited(
    Array.from({ length: places }, () => somewhere(random)),
    4,
    (place) => askPages(api, token, place),
  );
  api.close();
  const pages = asked.flat();
  const total = (of: (page: Page) => number): number => pages.reduce((sum, page) => sum + of(page), 0);
  const mean = (sum: number): number => Math.round((10 * sum) / pages.length) / 10;
  const worst = pages.reduce((worse, page) => (costOf(page) > costOf(worse) ? page : worse));
  return {
    rowsRead: mean(total(({ rowsRead }) => rowsRead)),
    rowsReturned: mean(total(({ rowsReturned }) => rowsReturned)),
    statements: mean(total(({ statements }) => statements)),
    calls: pages.length,
    worst: { rowsRead: worst.rowsRead, rowsReturned: worst.rowsReturned },
  };
}

interface Page {
  readonly rowsRead: number;
  readonly rowsReturned: number;
  readonly statements: number;
}

const costOf = ({ rowsRead, rowsReturned }: Page): number => rowsRead / Math.max(1, rowsReturned);

async function askPages(api: RiderApi, token: string, { latitude, longitude }: Place): Promise<Page[]> {
  const pages: Page[] = [];
  const where = `/v1/rider/sites/near?lat=${latitude.toFixed(6)}&lng=${longitude.toFixed(6)}&system=wgs84&limit=20`;
  let cursor: string | null = null;
  while (pages.length < PAGES) {
    const answer = await api.get(
      cursor === null ? where : `${where}&cursor=${encodeURIComponent(cursor)}`,
      token,
    );
    const { items, nextCursor } = expectStatus(answer, 200, 'near me') as {
      items: unknown[];
      nextCursor: string | null;
    };
    const [, statements = '', read = ''] = /statements=(\d+) read=(\d+)/.exec(answer.serverTiming) ?? [];
    if (read === '') throw new Error(`no costs in Server-Timing: "${answer.serverTiming}"`);
    pages.push({
      rowsRead: Number(read) - SESSION_ROWS,
      rowsReturned: items.length,
      statements: Number(statements) - 1,
    });
    cursor = nextCursor;
    if (cursor === null) break;
  }
  return pages;
}
