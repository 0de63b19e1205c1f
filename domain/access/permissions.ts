/** The closed list of what a route can ask for. `rider.self` and `staff.self` are about one's own account only. */
export const PERMISSIONS = [
  'fleet.site.read',
  'fleet.site.write',
  'fleet.device.read',
  'fleet.device.write',
  'fleet.device.command',
  'fleet.number.allocate',
  'charging.order.read',
  'charging.order.operate',
  'charging.order.refund',
  'pricing.tariff.read',
  'pricing.tariff.write',
  'pricing.tariff.preview',
  'ledger.read',
  'ledger.adjust',
  'live.read',
  'device.frames.read',
  'rider.read',
  'rider.write',
  'rider.self',
  'staff.read',
  'staff.write',
  'staff.self',
  'audit.read',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** True for a permission of the closed list; what an edited role stores is checked with it. */
export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}
