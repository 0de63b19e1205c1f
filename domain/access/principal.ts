import type { Permission } from './permissions.ts';
import { ROLES, type StaffRole } from './roles.ts';
import type { Scope } from './scope.ts';

export interface RiderPrincipal {
  readonly kind: 'rider';
  readonly riderId: string;
}

/** `permissions` is what the role holds today, as stored; `role` is for screens and the audit. */
export interface StaffPrincipal {
  readonly kind: 'staff';
  readonly staffId: string;
  readonly role: StaffRole;
  readonly permissions: ReadonlySet<Permission>;
  readonly scope: Scope;
}

/** Who is asking. */
export type Principal = RiderPrincipal | StaffPrincipal;

/**
 * Whether the principal may do this at all; which rows it may do it to is its scope's matter. `rider.self` needs
 * a rider: no edited role can hand it to staff, who have no rider account to act on.
 */
export function can(principal: Principal, permission: Permission): boolean {
  if (principal.kind === 'rider') return ROLES.rider.has(permission);
  return permission !== 'rider.self' && principal.permissions.has(permission);
}
