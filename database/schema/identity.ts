import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Scope } from '../../domain/access/scope.ts';

/** A person who charges or swaps; known to us by the mini-program's openid. */
export const riders = sqliteTable('riders', {
  id: text('id').primaryKey(),
  openid: text('openid').notNull().unique(),
  unionid: text('unionid'),
  displayName: text('display_name').notNull(),
  realNameVerifiedAt: integer('real_name_verified_at'),
  memberDiscountBp: integer('member_discount_bp').notNull().default(0),
  status: text('status', { enum: ['active', 'blocked', 'deleted'] })
    .notNull()
    .default('active'),
  createdAt: integer('created_at').notNull(),
});

/** Only the SHA-256 of a rider's token is kept, so that the table is worthless to a thief. */
export const riderSessions = sqliteTable(
  'rider_sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    riderId: text('rider_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('rider_sessions_rider').on(t.riderId)],
);

export const staff = sqliteTable('staff', {
  id: text('id').primaryKey(),
  username: text('username').notNull().unique(),
  displayName: text('display_name').notNull(),
  passwordHash: text('password_hash').notNull(),
  role: text('role', { enum: ['system', 'operations', 'finance', 'staff', 'agent'] }).notNull(),
  scope: text('scope', { mode: 'json' }).$type<Scope>().notNull(),
  failedAttempts: integer('failed_attempts').notNull().default(0),
  lockedUntil: integer('locked_until'),
  status: text('status', { enum: ['active', 'disabled'] })
    .notNull()
    .default('active'),
  createdAt: integer('created_at').notNull(),
});

export const staffSessions = sqliteTable(
  'staff_sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    staffId: text('staff_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('staff_sessions_staff').on(t.staffId)],
);

/** Who did what to which thing, with its state before and after (invariant P3). */
export const auditLog = sqliteTable(
  'audit_log',
  {
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    staffId: text('staff_id').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    before: text('before', { mode: 'json' }),
    after: text('after', { mode: 'json' }),
    requestId: text('request_id').notNull(),
  },
  (t) => [index('audit_log_subject').on(t.subject, t.id), index('audit_log_staff').on(t.staffId, t.id)],
);

/** One use of an Idempotency-Key by its owner; a repeat finds what the first use made. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    owner: text('owner').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    resourceId: text('resource_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.key] })],
);

export const favouriteSites = sqliteTable(
  'favourite_sites',
  {
    riderId: text('rider_id').notNull(),
    siteId: text('site_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.riderId, t.siteId] })],
);
