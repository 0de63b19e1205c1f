import { z } from '@hono/zod-openapi';
import { PERMISSIONS } from '../../domain/access/permissions.ts';
import { STAFF_ROLES } from '../../domain/access/roles.ts';

const Id = z.string().openapi({ description: 'ULID', example: '01JD0000000000000000000000' });
const Time = z.number().int().openapi({ description: 'UTC, epoch ms', example: 1767225600000 });

export const IdPath = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .openapi({ param: { name: 'id', in: 'path' } }),
});

export const ScopeView = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all') }),
    z.strictObject({ kind: z.literal('agent'), agentId: z.string().min(1).max(64) }),
    z.strictObject({
      kind: z.literal('sites'),
      siteIds: z.array(z.string().min(1).max(64)).min(1).max(200).readonly(),
    }),
  ])
  .openapi('Scope', { description: 'Which rows this account sees and touches.' });

export const RiderView = z
  .object({
    id: Id,
    displayName: z.string(),
    realName: z.boolean().openapi({ description: 'Whether the real name has been verified.' }),
    memberDiscountBp: z.number().int().openapi({ description: 'Basis points off the service fee.' }),
  })
  .openapi('Rider');

export const RiderSessionView = z.object({ token: z.string(), expiresAt: Time, rider: RiderView });

export const RiderRecordView = RiderView.extend({
  status: z.enum(['active', 'blocked', 'deleted']),
  createdAt: Time,
}).openapi('RiderRecord');

export const StaffView = z
  .object({
    id: Id,
    username: z.string(),
    displayName: z.string(),
    role: z.enum(STAFF_ROLES),
    permissions: z.array(z.enum(PERMISSIONS)),
    scope: ScopeView,
  })
  .openapi('Staff');

export const StaffSessionView = z.object({ token: z.string(), expiresAt: Time, staff: StaffView });

export const StaffRecordView = z
  .object({
    id: Id,
    username: z.string(),
    displayName: z.string(),
    role: z.enum(STAFF_ROLES),
    scope: ScopeView,
    status: z.enum(['active', 'disabled']),
    lockedUntil: Time.nullable().openapi({
      description: 'After too many wrong passwords; null or past is open.',
    }),
    createdAt: Time,
  })
  .openapi('StaffRecord');

export const RIDER_EXAMPLE = {
  id: '01JD0000000000000000000001',
  displayName: '骑手 7F3K',
  realName: false,
  memberDiscountBp: 0,
} satisfies z.infer<typeof RiderView>;

export const RIDER_RECORD_EXAMPLE = {
  ...RIDER_EXAMPLE,
  status: 'active',
  createdAt: 1767225600000,
} satisfies z.infer<typeof RiderRecordView>;

export const STAFF_EXAMPLE = {
  id: '01JD0000000000000000000002',
  username: 'wang.fang',
  displayName: '王芳',
  role: 'finance',
  permissions: ['ledger.read', 'staff.self'],
  scope: { kind: 'all' },
} satisfies z.infer<typeof StaffView>;

export const STAFF_RECORD_EXAMPLE = {
  id: '01JD0000000000000000000003',
  username: 'li.ming',
  displayName: '李明',
  role: 'agent',
  scope: { kind: 'agent', agentId: '01JD0000000000000000000004' },
  status: 'active',
  lockedUntil: null,
  createdAt: 1767225600000,
} satisfies z.infer<typeof StaffRecordView>;
