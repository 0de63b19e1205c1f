import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { TariffRules } from '../../domain/pricing/tariff.ts';

export const tariffs = sqliteTable('tariffs', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  agentId: text('agent_id'),
  createdAt: integer('created_at').notNull(),
});

/** Versions are only ever added; the one in force is the newest whose `effectiveFrom` has come. */
export const tariffVersions = sqliteTable(
  'tariff_versions',
  {
    id: text('id').primaryKey(),
    tariffId: text('tariff_id').notNull(),
    effectiveFrom: integer('effective_from').notNull(),
    rules: text('rules', { mode: 'json' }).$type<TariffRules>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('tariff_versions_effective').on(t.tariffId, t.effectiveFrom, t.id)],
);
