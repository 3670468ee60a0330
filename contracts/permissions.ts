import type { Actor } from './actor.ts';

/** Every permission of the product with what it lets its holder do. */
export const PERMISSIONS = {
  'tenants:manage': 'Create tenants and see the platform',
  'users:read': 'See the users of the tenant',
  'users:manage': 'Create users of the tenant',
  'clients:manage': 'Create and list machine clients of the tenant',
  'carriers:read': 'See carriers and their contacts',
  'carriers:manage': 'Create carriers',
  'connections:read': 'See webhook connections (never their secrets)',
  'connections:manage': 'Create connections and rotate their secrets',
  'containers:read': 'See containers, their events, positions and ETA',
  'containers:write': 'Register containers for tracking',
  'receipts:read': 'See what became of posted items, and the quarantine',
  'dead-letters:manage': 'See, replay and discard parked deliveries',
  'live:subscribe': 'Open a live WebSocket',
  'routes:read': 'Compute sea routes',
  'allocations:read': 'See contracted space',
  'allocations:write': 'Create contracted space',
  'bookings:read': 'See bookings',
  'bookings:write': 'Book, confirm, ship, complete and cancel',
  'shipments:read': 'See shipments and their overview',
  'webhooks:manage': 'Manage outbound webhook endpoints and see their deliveries',
} as const;

/** The name of a permission. */
export type Permission = keyof typeof PERMISSIONS;

/** The list of permission names, for schemas. */
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

const VIEW: Permission[] = [
  'carriers:read',
  'containers:read',
  'live:subscribe',
  'routes:read',
  'allocations:read',
  'bookings:read',
  'shipments:read',
];

const TENANT_ADMIN = PERMISSION_NAMES.filter((name) => name !== 'tenants:manage');

/** What each role may do. `system` is the platform's own jobs and is never issued in a token. */
export const ROLES = {
  platform_operator: ['tenants:manage'],
  tenant_admin: TENANT_ADMIN,
  procurement_manager: [...VIEW, 'allocations:write', 'bookings:write'],
  operations: [
    ...VIEW,
    'containers:write',
    'bookings:write',
    'connections:read',
    'receipts:read',
    'dead-letters:manage',
  ],
  finance: [...VIEW],
  viewer: [...VIEW],
  system: PERMISSION_NAMES,
} as const satisfies Record<string, readonly Permission[]>;

/** The name of a role. */
export type Role = keyof typeof ROLES;

/** Roles that a tenant's admin may hand to its users and clients. */
export const TENANT_ROLES = [
  'tenant_admin',
  'procurement_manager',
  'operations',
  'finance',
  'viewer',
] as const satisfies readonly Role[];

/** What a role may do under a narrowing; null keeps all of it. */
export function grantOf(role: Role, scopes: readonly Permission[] | null): Permission[] {
  return ROLES[role].filter((name) => !scopes || scopes.includes(name));
}

/** Whether the actor holds the permission: some role grants it and the token's scopes keep it. */
export function allows(actor: Actor, permission: Permission): boolean {
  if (actor.scopes && !actor.scopes.includes(permission)) return false;
  return actor.roles.some((role) => (ROLES[role] as readonly Permission[]).includes(permission));
}
