import { z } from '@hono/zod-openapi';
import type { sites } from '../../database/schema/fleet.ts';
import { bothSystems, Point, PositionView } from './coordinates.ts';

export type SiteRow = typeof sites.$inferSelect;

/** Where a site's devices' objects are made: the platform's location hints, so that any value works. */
export const Region = z
  .enum(['apac', 'weur', 'eeur', 'wnam', 'enam', 'sam', 'oc', 'me', 'afr'])
  .openapi({ description: 'Part of the world the site is in; its chargers are kept near there.' });

export const OpeningSpan = z
  .strictObject({
    fromMinute: z.number().int().min(0).max(1439),
    toMinute: z.number().int().min(0).max(1440),
  })
  .refine(({ fromMinute, toMinute }) => fromMinute !== toMinute, { message: 'A span cannot be empty' })
  .openapi('OpeningSpan', {
    description: 'Minutes of the Shanghai day; `toMinute < fromMinute` wraps midnight.',
  });

const OpeningHours = z.array(OpeningSpan).max(14).openapi({ description: 'Empty: always open.' });
const Photos = z.array(z.url({ protocol: /^https$/ }).max(500)).max(9);
const Phone = z.string().regex(/^[0-9+() -]{0,24}$/);
const Name = z.string().trim().min(1).max(60);
const Address = z.string().trim().min(1).max(200);
export const Id = z.string().min(1).max(64);

export const NewSite = z
  .strictObject({
    name: Name,
    address: Address,
    position: Point,
    region: Region.default('apac'),
    openingHours: OpeningHours.default([]),
    phone: Phone.default(''),
    photos: Photos.default([]),
    tariffId: Id,
    agentId: Id.nullable().default(null),
  })
  .openapi('NewSite');

export const SiteChange = z
  .strictObject({
    version: z.number().int().min(1),
    name: Name.optional(),
    address: Address.optional(),
    position: Point.optional(),
    region: Region.optional(),
    openingHours: OpeningHours.optional(),
    phone: Phone.optional(),
    photos: Photos.optional(),
    tariffId: Id.optional(),
    agentId: Id.nullable().optional(),
  })
  .openapi('SiteChange');

export const SiteView = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string(),
    position: PositionView,
    region: z.string(),
    openingHours: z.array(OpeningSpan),
    phone: z.string(),
    photos: z.array(z.string()),
    tariffId: z.string(),
    agentId: z.string().nullable(),
    status: z.enum(['open', 'closed']),
    outletsTotal: z.number().int(),
    outletsFree: z.number().int(),
    version: z.number().int(),
    createdAt: z.number().int(),
  })
  .openapi('Site');

export const SITE_EXAMPLE: z.infer<typeof SiteView> = {
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
  name: '南山科技园站',
  address: '深圳市南山区科苑路 15 号',
  position: { wgs84: { lat: 22.540001, lng: 113.944012 }, gcj02: { lat: 22.537098, lng: 113.948934 } },
  region: 'apac',
  openingHours: [],
  phone: '0755-12345678',
  photos: [],
  tariffId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8D',
  agentId: null,
  status: 'open',
  outletsTotal: 20,
  outletsFree: 12,
  version: 1,
  createdAt: 1767225600000,
};

export function siteView({ latE6, lngE6, cell: _cell, ...site }: SiteRow): z.infer<typeof SiteView> {
  return { ...site, position: bothSystems({ latE6, lngE6 }) };
}
