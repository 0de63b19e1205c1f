import { storedValue, useStored } from '../preferences/stored-value.ts';

/** What this console asks for; the API knows more. */
export type Permission =
  | 'live.read'
  | 'fleet.device.read'
  | 'fleet.device.command'
  | 'charging.order.read'
  | 'charging.order.operate'
  | 'charging.order.refund';

export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'agent'; readonly agentId: string }
  | { readonly kind: 'sites'; readonly siteIds: readonly string[] };

export interface Staff {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly scope: Scope;
}

export interface Session {
  readonly token: string;
  /** UTC, epoch ms. */
  readonly expiresAt: number;
  readonly staff: Staff;
}

/** Who is signed in, in every tab of this browser. */
export const session = storedValue<Session | null>('dianyi.session', (stored) => {
  const found = stored as Session | null;
  return typeof found?.token === 'string' && Array.isArray(found.staff?.permissions) ? found : null;
});

let expired = false;

/** The API no longer takes the token: the sign-in page will say so. */
export function expireSession(): void {
  if (session.read() === null) return;
  expired = true;
  session.write(null);
}

/** Whether the last session ended by itself; asking forgets it. */
export function takeExpired(): boolean {
  const was = expired;
  expired = false;
  return was;
}

/** Whether the person signed in may do something. What is asked for without it is refused by the API anyway. */
export function useMay(): (permission: Permission) => boolean {
  const permissions = useStored(session)?.staff.permissions ?? [];
  return (permission) => permissions.includes(permission);
}
