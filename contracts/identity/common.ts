/** What several of identity's resources share. */
import { z } from 'zod';
import { PERMISSION_NAMES, ROLES, type Role, TENANT_ROLES } from '../kit/permissions.ts';
import { described, oneOf } from '../kit/primitives.ts';

const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]];

export const emailInput = described(z.email().max(200), 'E-mail address', 'ada@example.com');
export const nameInput = (description: string, example: string) =>
  described(z.string().min(1).max(100), description, example);
/** NIST SP 800-63B: length is what counts; no rules about kinds of characters. */
export const passwordInput = described(
  z.string().min(12).max(200),
  'A password of 12 to 200 characters (NIST SP 800-63B: length counts, kinds of characters do not)',
  'correct horse battery staple',
);
export const role = oneOf(ROLE_NAMES, 'What the account is for; see the table of permissions', 'operations');
export const tenantRole = oneOf(TENANT_ROLES, 'What the account is for; see the table of permissions', 'operations');
export const accountStatus = oneOf(['active', 'disabled'], 'Whether the account may be used');
export const permissionList = z.array(z.enum(PERMISSION_NAMES)).max(PERMISSION_NAMES.length);

/** The resource identifier of the API (RFC 9728, RFC 8707): the audience of every access token. */
export function audienceOf(issuer: string): string {
  return `${issuer}/v1`;
}
