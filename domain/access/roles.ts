import { PERMISSIONS, type Permission } from './permissions.ts';

export const STAFF_ROLES = ['system', 'operations', 'finance', 'staff', 'agent'] as const;

export type StaffRole = (typeof STAFF_ROLES)[number];
export type Role = StaffRole | 'rider';

/**
 * What each role may do when it has not been edited. Whoever sets prices does not book money, whoever books money
 * does not command devices, and an agent works inside its own region only (its scope, not this set, draws it).
 */
export const ROLES: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  system: new Set(PERMISSIONS.filter((permission) => permission !== 'rider.self')),
  operations: new Set([
    'fleet.site.read',
    'fleet.site.write',
    'fleet.device.read',
    'fleet.device.write',
    'fleet.device.command',
    'fleet.number.allocate',
    'charging.order.read',
    'charging.order.operate',
    'pricing.tariff.read',
    'pricing.tariff.write',
    'pricing.tariff.preview',
    'live.read',
    'device.frames.read',
    'rider.read',
    'rider.write',
    'staff.self',
    'audit.read',
  ]),
  finance: new Set([
    'fleet.site.read',
    'fleet.device.read',
    'charging.order.read',
    'charging.order.refund',
    'pricing.tariff.read',
    'pricing.tariff.preview',
    'ledger.read',
    'ledger.adjust',
    'rider.read',
    'staff.self',
  ]),
  staff: new Set([
    'fleet.site.read',
    'fleet.device.read',
    'charging.order.read',
    'pricing.tariff.read',
    'pricing.tariff.preview',
    'ledger.read',
    'live.read',
    'rider.read',
    'staff.self',
  ]),
  agent: new Set([
    'fleet.site.read',
    'fleet.site.write',
    'fleet.device.read',
    'fleet.device.write',
    'fleet.device.command',
    'charging.order.read',
    'charging.order.operate',
    'pricing.tariff.read',
    'pricing.tariff.preview',
    'live.read',
    'staff.read',
    'staff.self',
  ]),
  rider: new Set(['rider.self']),
};

/** True for a role a staff account can have. */
export function isStaffRole(text: string): text is StaffRole {
  return (STAFF_ROLES as readonly string[]).includes(text);
}
