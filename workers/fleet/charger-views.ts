import { z } from '@hono/zod-openapi';
import type { chargers, dtuBindings } from '../../database/schema/fleet.ts';
import { NETWORK_NUMBER_RANGES } from '../../domain/numbering/network-number.ts';
import { Id } from './site-views.ts';

export type ChargerRow = typeof chargers.$inferSelect;
export type BindingRow = typeof dtuBindings.$inferSelect;

export const Availability = z.enum(['free', 'occupied', 'reserved', 'unavailable', 'faulted', 'offline']);

const Name = z.string().trim().min(1).max(60);
export const Serial = z.string().regex(/^[A-Za-z0-9._/-]{1,40}$/);
const { first, last } = NETWORK_NUMBER_RANGES.dtu;
export const DtuNumber = z.number().int().min(first).max(last);
export const Reason = z.string().trim().min(1).max(200);

export const NewCharger = z
  .strictObject({
    siteId: Id,
    modelId: Id,
    name: Name,
    serial: Serial,
    tariffId: Id.nullable().default(null).openapi({ description: 'Null: the tariff of the site.' }),
  })
  .openapi('NewCharger');

export const ChargerChange = z
  .strictObject({
    version: z.number().int().min(1),
    siteId: Id.optional(),
    modelId: Id.optional(),
    name: Name.optional(),
    tariffId: Id.nullable().optional(),
  })
  .openapi('ChargerChange');

export const ChargerView = z
  .object({
    id: z.string(),
    name: z.string(),
    serial: z.string(),
    modelId: z.string(),
    siteId: z.string(),
    tariffId: z.string().nullable(),
    status: z.enum(['active', 'decommissioned']),
    version: z.number().int(),
    createdAt: z.number().int(),
    dtuNumber: z.number().int().nullable(),
    online: z.boolean(),
    outlets: z.number().int(),
    outletsFree: z.number().int(),
    outletStates: z.array(Availability),
    projectedAt: z.number().int().openapi({ description: 'When the device side last changed; 0: never.' }),
    firmware: z.string().nullable(),
  })
  .openapi('Charger');

export const ChargerDetail = ChargerView.extend({
  bindings: z.array(
    z.object({
      id: z.string(),
      dtuNumber: z.number().int(),
      boundAt: z.number().int(),
      unboundAt: z.number().int().nullable(),
      reason: z.string().openapi({ description: 'Why it was unbound; empty while it is bound.' }),
    }),
  ),
}).openapi('ChargerDetail');

export const CHARGER_EXAMPLE: z.infer<typeof ChargerView> = {
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E',
  name: '1 号桩',
  serial: 'DY-2026-000001',
  modelId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8F',
  siteId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
  tariffId: null,
  status: 'active',
  version: 1,
  createdAt: 1767225600000,
  dtuNumber: 20001,
  online: true,
  outlets: 2,
  outletsFree: 1,
  outletStates: ['free', 'occupied'],
  projectedAt: 1767225660000,
  firmware: '1.4.2',
};

export const CHARGER_DETAIL_EXAMPLE: z.infer<typeof ChargerDetail> = {
  ...CHARGER_EXAMPLE,
  bindings: [
    {
      id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8G',
      dtuNumber: 20001,
      boundAt: 1767225600000,
      unboundAt: null,
      reason: '',
    },
  ],
};

export interface ListedCharger {
  readonly charger: ChargerRow;
  readonly dtuNumber: number | null;
}

export function chargerView({ charger, dtuNumber }: ListedCharger): z.infer<typeof ChargerView> {
  const { projectionSeq: _seq, outletStates, ...facts } = charger;
  return { ...facts, outletStates: [...outletStates], dtuNumber };
}

export const chargerDetail = (
  listed: ListedCharger,
  bindings: readonly BindingRow[],
): z.infer<typeof ChargerDetail> => ({
  ...chargerView(listed),
  bindings: bindings.map(({ chargerId: _charger, ...binding }) => binding),
});
