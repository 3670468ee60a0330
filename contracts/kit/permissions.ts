/** Every permission of the product with what it lets its holder do. docs/permissions.md is made from here. */
export const PERMISSIONS = {
  'tenants:manage': 'Create tenants, set their quotas and features, invite operators and carrier users',
  'keys:manage': 'See and rotate the keys that sign access tokens',
  'users:read': 'See the users of the organisation and open invitations',
  'users:manage': 'Invite users, change their role, disable them, reset passwords, end their sessions',
  'clients:manage': 'Create, change and disable machine clients of the tenant and rotate their secrets',
  'policy:read': 'See the tenant’s address lists, allowed origins, quotas and features',
  'policy:manage': 'Change the tenant’s address lists and allowed origins',
  'security:read': 'See security alerts',
  'audit:read': 'See, export and verify the audit trail of the organisation',
  'carriers:read': 'See carriers and their contacts',
  'carriers:manage': 'Invite carriers',
  'connections:read': 'See webhook connections (never their secrets)',
  'connections:manage': 'Create connections and rotate their secrets',
  'containers:read': 'See containers, their events, positions and ETA',
  'containers:write': 'Register, untrack and archive containers',
  'containers:delete': 'Erase all that is stored of a container',
  'receipts:read': 'See what became of posted items, and the quarantine',
  'dead-letters:manage': 'See, replay and discard parked deliveries',
  'live:subscribe': 'Open a live WebSocket',
  'eta:read': 'See the accuracy of ETAs, the reliability of carriers, and the lane models',
  'eta:manage': 'Roll out a version of the lane models, or go back to one',
  'routes:read': 'Compute sea routes',
  'allocations:read': 'See contracted space',
  'allocations:write': 'Create, change, close and withdraw contracted space',
  'bookings:read': 'See bookings',
  'bookings:write': 'Book, ship, complete and cancel',
  'bookings:confirm-for-carrier': 'Record that a carrier has confirmed a booking outside of the platform',
  'shipments:read': 'See shipments and their overview',
  'webhooks:manage': 'Manage outbound webhook endpoints and see their deliveries',
  'carrier-bookings:read': 'As a carrier: see the tenants that work with it and the bookings addressed to it',
  'carrier-bookings:write': 'As a carrier: confirm or decline the bookings addressed to it',
} as const;

/** The name of a permission. */
export type Permission = keyof typeof PERMISSIONS;

/** The list of permission names, for schemas. */
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

const VIEW: Permission[] = [
  'carriers:read',
  'containers:read',
  'live:subscribe',
  'eta:read',
  'routes:read',
  'allocations:read',
  'bookings:read',
  'shipments:read',
];

const OPERATOR_ONLY: Permission[] = ['tenants:manage', 'keys:manage'];
const CARRIER: Permission[] = ['carrier-bookings:read', 'carrier-bookings:write'];
const TENANT_ADMIN = PERMISSION_NAMES.filter((name) => !OPERATOR_ONLY.includes(name) && !CARRIER.includes(name));

/** What each role may do. */
export const ROLES = {
  platform_operator: [
    ...OPERATOR_ONLY,
    'users:read',
    'users:manage',
    'policy:read',
    'policy:manage',
    'security:read',
    'audit:read',
  ],
  tenant_admin: TENANT_ADMIN,
  procurement_manager: [...VIEW, 'allocations:write', 'bookings:write'],
  operations: [
    ...VIEW,
    'containers:write',
    'bookings:write',
    'bookings:confirm-for-carrier',
    'connections:read',
    'receipts:read',
    'dead-letters:manage',
  ],
  finance: [...VIEW],
  viewer: [...VIEW],
  carrier_user: CARRIER,
} as const satisfies Record<string, readonly Permission[]>;

/** The name of a role. */
export type Role = keyof typeof ROLES;

/** What each role is for, in a sentence. */
export const ROLE_SUMMARIES: Record<Role, string> = {
  platform_operator: 'Runs the platform: tenants, quotas, keys, security alerts. Sees no tenant’s data.',
  tenant_admin: 'Runs a tenant: people, machines, carriers, policy, and all of the work.',
  procurement_manager: 'Contracts space and books it.',
  operations: 'Tracks containers, books, and mends deliveries that failed.',
  finance: 'Reads everything that costs money.',
  viewer: 'Reads.',
  carrier_user: 'Works for a carrier: sees what tenants address to it, and nothing else.',
};

/** Roles that a tenant's admin may hand to its users and clients. */
export const TENANT_ROLES = [
  'tenant_admin',
  'procurement_manager',
  'operations',
  'finance',
  'viewer',
] as const satisfies readonly Role[];

/** Roles that only a platform operator hands out: to its own people, and to people of carriers. */
export const OPERATOR_ROLES = ['platform_operator', 'carrier_user'] as const satisfies readonly Role[];

/** What a role may do under a narrowing; null keeps all of it. */
export function grantOf(role: Role, scopes: readonly Permission[] | null): Permission[] {
  return ROLES[role].filter((name) => !scopes || scopes.includes(name));
}

/** Whether somebody holds the permission: some role grants it and the narrowing keeps it. */
export function allows(
  { roles, scopes }: { roles: readonly Role[]; scopes: readonly Permission[] | null },
  permission: Permission,
): boolean {
  if (scopes && !scopes.includes(permission)) return false;
  return roles.some((role) => (ROLES[role] as readonly Permission[]).includes(permission));
}
