import type { MessageKey } from '../messages/texts.ts';
import type { Permission } from '../session/session.ts';

export interface NavigationItem {
  readonly path: '/live' | '/chargers' | '/orders' | '/stuck' | '/alarms';
  readonly label: MessageKey;
  readonly permission: Permission;
}

/** The console's pages in the order of the menu, each with what it takes to see it. */
export const NAVIGATION: readonly NavigationItem[] = [
  { path: '/live', label: 'nav.live', permission: 'live.read' },
  { path: '/chargers', label: 'nav.chargers', permission: 'fleet.device.read' },
  { path: '/orders', label: 'nav.orders', permission: 'charging.order.read' },
  { path: '/stuck', label: 'nav.stuck', permission: 'live.read' },
  { path: '/alarms', label: 'nav.alarms', permission: 'fleet.device.read' },
];

/** Where somebody with these permissions lands. */
export const firstPage = (permissions: readonly string[]): NavigationItem['path'] =>
  NAVIGATION.find(({ permission }) => permissions.includes(permission))?.path ?? '/live';

/** The page an address belongs to: `/orders` for `/orders/01JD…`. */
export const navigationOf = (pathname: string): NavigationItem | undefined =>
  NAVIGATION.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
