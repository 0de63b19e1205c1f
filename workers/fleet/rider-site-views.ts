import { z } from '@hono/zod-openapi';
import { isOpen } from '../../domain/fleet/opening-hours.ts';
import { quoteTariff } from '../../domain/pricing/quote.ts';
import type { EpochMs } from '../../domain/units.ts';
import type { TariffInForce } from '../pricing/queries.ts';
import { Availability } from './charger-views.ts';
import { type CoordinateSystem, fromPosition } from './coordinates.ts';
import type { SiteCard } from './near-sites.ts';
import { OpeningSpan } from './site-views.ts';

const Rate = z.object({
  label: z.string(),
  unit: z.enum(['Wh', 'ms', 'order']),
  electricityCentiFen: z.number().int(),
  serviceCentiFen: z.number().int(),
  uptoWatt: z.number().int().nullable(),
});

export const PriceNow = z
  .object({
    tariffVersionId: z.string(),
    kind: z.enum(['energy', 'time', 'power-tier', 'session']),
    rows: z.array(Rate),
    pricesUntil: z.number().int().nullable(),
  })
  .openapi('PriceNow', {
    description:
      'The rates that apply at this moment, in 1/100 fen per kWh (`Wh`), per hour (`ms`) or per order; every tier of a tariff by power.',
  });

export const SiteCardView = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string(),
    lat: z.number(),
    lng: z.number(),
    outletsFree: z.number().int(),
    outletsTotal: z.number().int(),
    open: z.boolean(),
    openingHours: z.array(OpeningSpan),
    priceNow: PriceNow.nullable().openapi({ description: 'Null when no tariff is in force.' }),
    favourite: z.boolean(),
    phone: z.string(),
  })
  .openapi('SiteCard');

export const NearSiteView = SiteCardView.extend({ distanceM: z.number().int() }).openapi('NearSite');

export const SITE_CARD_EXAMPLE: z.infer<typeof SiteCardView> = {
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
  name: '南山科技园站',
  address: '深圳市南山区科苑路 15 号',
  lat: 22.537098,
  lng: 113.948934,
  outletsFree: 12,
  outletsTotal: 20,
  open: true,
  openingHours: [],
  priceNow: {
    tariffVersionId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8H',
    kind: 'energy',
    rows: [{ label: 'flat', unit: 'Wh', electricityCentiFen: 6500, serviceCentiFen: 8500, uptoWatt: null }],
    pricesUntil: 1767250800000,
  },
  favourite: false,
  phone: '0755-12345678',
};

/** What a tariff costs at this moment; a tariff by power shows every tier, since the power is not known yet. */
export function priceNow(tariff: TariffInForce | undefined, now: EpochMs): z.infer<typeof PriceNow> | null {
  if (tariff === undefined) return null;
  const { kind, rows, pricesUntil } = quoteTariff(tariff.rules, now);
  const current = rows.filter((row) => row.current);
  return {
    tariffVersionId: tariff.tariffVersionId,
    kind,
    rows: (current.length === 0 ? rows : current).map(
      ({ label, unit, electricityCentiFen, serviceCentiFen, uptoWatt }) => ({
        label,
        unit,
        electricityCentiFen,
        serviceCentiFen,
        uptoWatt,
      }),
    ),
    pricesUntil,
  };
}

export function siteCardView(
  site: SiteCard,
  tariffs: ReadonlyMap<string, TariffInForce>,
  favourites: ReadonlySet<string>,
  system: CoordinateSystem,
  now: EpochMs,
): z.infer<typeof SiteCardView> {
  const { id, name, address, outletsFree, outletsTotal, openingHours, phone } = site;
  return {
    id,
    name,
    address,
    ...fromPosition(site, system),
    outletsFree,
    outletsTotal,
    open: site.status === 'open' && isOpen(openingHours, now),
    openingHours: [...openingHours],
    priceNow: priceNow(tariffs.get(site.tariffId), now),
    favourite: favourites.has(id),
    phone,
  };
}

const SitePrice = z
  .object({
    tariffVersionId: z.string(),
    kind: z.enum(['energy', 'time', 'power-tier', 'session']),
    rows: z.array(
      Rate.extend({
        fromMinute: z.number().int().nullable(),
        toMinute: z.number().int().nullable(),
        current: z.boolean(),
      }),
    ),
    pricesUntil: z.number().int().nullable(),
    minimumFen: z.number().int(),
    capFen: z.number().int().nullable(),
    freeMinutes: z.number().int(),
    idleFee: z
      .object({
        graceMinutes: z.number().int(),
        fenPerHour: z.number().int(),
        capFen: z.number().int().nullable(),
      })
      .nullable(),
  })
  .openapi('SitePrice', {
    description: 'Every period or tier of a tariff, and what else can be on the bill.',
  });

export const SiteDetailView = SiteCardView.extend({
  photos: z.array(z.string()),
  price: SitePrice.nullable(),
  chargers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      online: z.boolean(),
      price: SitePrice.nullable().openapi({
        description: 'Where it differs from the site’s; otherwise null.',
      }),
      outlets: z.array(
        z.object({ outletId: z.string(), outletNo: z.number().int(), availability: Availability }),
      ),
    }),
  ),
}).openapi('SiteDetail');

export function sitePrice(tariff: TariffInForce | undefined, now: EpochMs): z.infer<typeof SitePrice> | null {
  if (tariff === undefined) return null;
  const quote = quoteTariff(tariff.rules, now);
  return {
    tariffVersionId: tariff.tariffVersionId,
    kind: quote.kind,
    rows: quote.rows.map(({ window, index: _index, ...row }) => ({
      ...row,
      fromMinute: window?.fromMinute ?? null,
      toMinute: window?.toMinute ?? null,
    })),
    pricesUntil: quote.pricesUntil,
    minimumFen: quote.minimumFen,
    capFen: quote.capFen,
    freeMinutes: quote.freeMinutes,
    idleFee: quote.idleFee,
  };
}

export const SITE_DETAIL_EXAMPLE: z.infer<typeof SiteDetailView> = {
  ...SITE_CARD_EXAMPLE,
  photos: [],
  price: {
    tariffVersionId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8H',
    kind: 'energy',
    rows: [
      {
        label: 'flat',
        unit: 'Wh',
        electricityCentiFen: 6500,
        serviceCentiFen: 8500,
        uptoWatt: null,
        fromMinute: 0,
        toMinute: 1440,
        current: true,
      },
    ],
    pricesUntil: null,
    minimumFen: 0,
    capFen: null,
    freeMinutes: 0,
    idleFee: null,
  },
  chargers: [
    {
      id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E',
      name: '1 号桩',
      online: true,
      price: null,
      outlets: [{ outletId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E-1', outletNo: 1, availability: 'free' }],
    },
  ],
};
