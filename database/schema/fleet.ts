import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { OutletAvailability } from '../../domain/charging/charger-state.ts';

/** Opening hours in minutes of the Shanghai day; a span may wrap midnight. An empty list means always open. */
export interface OpeningSpan {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export const sites = sqliteTable(
  'sites',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    address: text('address').notNull(),
    /** WGS-84 micro-degrees. */
    latE6: integer('lat_e6').notNull(),
    lngE6: integer('lng_e6').notNull(),
    /** 52-bit geohash integer of the position: the index that "near me" walks. */
    cell: integer('cell').notNull(),
    region: text('region').notNull(),
    openingHours: text('opening_hours', { mode: 'json' }).$type<OpeningSpan[]>().notNull(),
    phone: text('phone').notNull(),
    photos: text('photos', { mode: 'json' }).$type<string[]>().notNull(),
    tariffId: text('tariff_id').notNull(),
    agentId: text('agent_id'),
    status: text('status', { enum: ['open', 'closed'] })
      .notNull()
      .default('open'),
    outletsTotal: integer('outlets_total').notNull().default(0),
    outletsFree: integer('outlets_free').notNull().default(0),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('sites_cell').on(t.cell), index('sites_agent').on(t.agentId, t.id)],
);

export const deviceTypes = sqliteTable('device_types', {
  id: text('id').primaryKey(),
  code: text('code').notNull().unique(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const deviceModels = sqliteTable('device_models', {
  id: text('id').primaryKey(),
  typeId: text('type_id').notNull(),
  vendor: text('vendor').notNull(),
  name: text('name').notNull(),
  protocol: text('protocol', { enum: ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] }).notNull(),
  outlets: integer('outlets').notNull(),
  ratedPowerW: integer('rated_power_w').notNull(),
  maxTemperatureDeciC: integer('max_temperature_deci_c').notNull(),
  maxSessionMinutes: integer('max_session_minutes').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Battery data terminals: the modules that report one battery each. */
export const bdts = sqliteTable('bdts', {
  id: text('id').primaryKey(),
  serial: text('serial').notNull().unique(),
  vendor: text('vendor').notNull(),
  firmware: text('firmware').notNull(),
  status: text('status', { enum: ['stock', 'bound', 'retired'] })
    .notNull()
    .default('stock'),
  createdAt: integer('created_at').notNull(),
});

/** Every network number ever given out, whatever it was for; rows are never deleted, so none is reused. */
export const networkNumbers = sqliteTable(
  'network_numbers',
  {
    number: integer('number').primaryKey(),
    kind: text('kind', { enum: ['dtu', 'battery', 'tbox'] }).notNull(),
    origin: text('origin', { enum: ['allocated', 'imported'] }).notNull(),
    batchId: text('batch_id').notNull(),
    allocatedAt: integer('allocated_at').notNull(),
  },
  (t) => [index('network_numbers_kind').on(t.kind, t.number)],
);

/** A communication unit; its number is the identity a device presents at `/ocpp/{number}`. */
export const dtus = sqliteTable(
  'dtus',
  {
    number: integer('number').primaryKey(),
    keySalt: text('key_salt').notNull(),
    keyHash: text('key_hash').notNull(),
    status: text('status', { enum: ['stock', 'bound', 'retired'] })
      .notNull()
      .default('stock'),
    chargerId: text('charger_id'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('dtus_charger').on(t.chargerId)],
);

export const dtuBindings = sqliteTable(
  'dtu_bindings',
  {
    id: text('id').primaryKey(),
    dtuNumber: integer('dtu_number').notNull(),
    chargerId: text('charger_id').notNull(),
    boundAt: integer('bound_at').notNull(),
    unboundAt: integer('unbound_at'),
    reason: text('reason').notNull(),
  },
  (t) => [
    index('dtu_bindings_charger').on(t.chargerId, t.id),
    index('dtu_bindings_dtu').on(t.dtuNumber, t.id),
  ],
);

/** A charging pile. The columns from `online` on are a projection of its object, guarded by `projectionSeq`. */
export const chargers = sqliteTable(
  'chargers',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    serial: text('serial').notNull().unique(),
    modelId: text('model_id').notNull(),
    siteId: text('site_id').notNull(),
    tariffId: text('tariff_id'),
    outlets: integer('outlets').notNull(),
    status: text('status', { enum: ['active', 'decommissioned'] })
      .notNull()
      .default('active'),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    online: integer('online', { mode: 'boolean' }).notNull().default(false),
    outletStates: text('outlet_states', { mode: 'json' }).$type<OutletAvailability[]>().notNull(),
    outletsFree: integer('outlets_free').notNull().default(0),
    projectionSeq: integer('projection_seq').notNull().default(0),
    projectedAt: integer('projected_at').notNull().default(0),
    firmware: text('firmware'),
  },
  (t) => [index('chargers_site').on(t.siteId, t.id)],
);

export const alarms = sqliteTable(
  'alarms',
  {
    id: text('id').primaryKey(),
    chargerId: text('charger_id').notNull(),
    siteId: text('site_id').notNull(),
    outletNo: integer('outlet_no'),
    kind: text('kind').notNull(),
    severity: text('severity', { enum: ['critical', 'major', 'minor'] }).notNull(),
    detail: text('detail', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    at: integer('at').notNull(),
  },
  (t) => [index('alarms_site').on(t.siteId, t.id)],
);
