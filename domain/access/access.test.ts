import { describe, expect, test } from 'vitest';
import { isPermission, PERMISSIONS, type Permission } from './permissions.ts';
import { can, type Principal, type StaffPrincipal } from './principal.ts';
import { isStaffRole, ROLES, type Role, STAFF_ROLES, type StaffRole } from './roles.ts';

/** Reviewed by hand, line by line; `y` may, `.` may not. A change here is a change of who may do what. */
const REVIEWED: readonly (readonly [Permission, string])[] = [
  // sys ops fin sta age rider
  ['fleet.site.read', 'y y y y y .'],
  ['fleet.site.write', 'y y . . y .'],
  ['fleet.device.read', 'y y y y y .'],
  ['fleet.device.write', 'y y . . y .'],
  ['fleet.device.command', 'y y . . y .'],
  ['fleet.number.allocate', 'y y . . . .'],
  ['charging.order.read', 'y y y y y .'],
  ['charging.order.operate', 'y y . . y .'],
  ['charging.order.refund', 'y . y . . .'],
  ['pricing.tariff.read', 'y y y y y .'],
  ['pricing.tariff.write', 'y y . . . .'],
  ['pricing.tariff.preview', 'y y y y y .'],
  ['ledger.read', 'y . y y . .'],
  ['ledger.adjust', 'y . y . . .'],
  ['live.read', 'y y . y y .'],
  ['device.frames.read', 'y y . . . .'],
  ['rider.read', 'y y y y . .'],
  ['rider.write', 'y y . . . .'],
  ['rider.self', '. . . . . y'],
  ['staff.read', 'y . . . y .'],
  ['staff.write', 'y . . . . .'],
  ['staff.self', 'y y y y y .'],
  ['audit.read', 'y y . . . .'],
];
const COLUMNS: readonly Role[] = ['system', 'operations', 'finance', 'staff', 'agent', 'rider'];

function principal(role: Role): Principal {
  return role === 'rider' ? { kind: 'rider', riderId: 'r1' } : member(role, ROLES[role]);
}
function member(role: StaffRole, permissions: ReadonlySet<Permission>): StaffPrincipal {
  return { kind: 'staff', staffId: 's1', role, permissions, scope: { kind: 'all' } };
}

describe('roles and permissions', () => {
  test('the reviewed table names every permission once', () => {
    expect(REVIEWED.map(([permission]) => permission)).toEqual(PERMISSIONS);
    expect(new Set(PERMISSIONS).size).toBe(PERMISSIONS.length);
    expect(Object.keys(ROLES).sort()).toEqual([...COLUMNS].sort());
  });

  test.each(REVIEWED)('P1: %s is granted as reviewed', (permission, marks) => {
    const granted = COLUMNS.map((role) => (can(principal(role), permission) ? 'y' : '.'));
    expect(granted.join(' ')).toBe(marks);
  });

  test('nobody but finance and the system admin moves money, and finance touches no device', () => {
    const money: readonly Permission[] = ['ledger.adjust', 'charging.order.refund'];
    for (const role of ['operations', 'staff', 'agent', 'rider'] as const)
      for (const permission of money) expect(can(principal(role), permission)).toBe(false);
    for (const permission of ['fleet.device.command', 'fleet.device.write', 'fleet.number.allocate'] as const)
      expect(can(principal('finance'), permission)).toBe(false);
  });

  test('platform staff only reads', () => {
    const writes = [...ROLES.staff].filter((permission) => !/\.(read|preview|self)$/.test(permission));
    expect(writes).toEqual([]);
  });
});

test('an edited role counts, not the role it was made from', () => {
  const trimmed = member('operations', new Set(['fleet.site.read']));
  expect(can(trimmed, 'fleet.site.read')).toBe(true);
  expect(can(trimmed, 'fleet.device.command')).toBe(false);
});

test('no edited role makes a staff member a rider', () => {
  expect(can(member('system', new Set(PERMISSIONS)), 'rider.self')).toBe(false);
});

test('stored names are checked against the closed lists', () => {
  expect(PERMISSIONS.every(isPermission)).toBe(true);
  expect(['ledger', 'ledger.*', 'ledger.read ', 'constructor'].filter(isPermission)).toEqual([]);
  expect(STAFF_ROLES.every(isStaffRole)).toBe(true);
  expect(['rider', 'root', ''].filter(isStaffRole)).toEqual([]);
});
