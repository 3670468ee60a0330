/** docs/permissions.md, made from the one table of permissions and from the declared operations. */
import { PERMISSIONS, type Permission, ROLE_SUMMARIES, ROLES } from '../../contracts/kit/permissions.ts';
import { ROUTES } from './app.ts';
import { accessOf, nameOf } from './http/route.ts';

type IssuedRole = keyof typeof ROLE_SUMMARIES;

const OTHER_ACCESS: [string, string][] = [
  ['authenticated', 'any valid token; what it shows is the caller’s own'],
  ['signature', 'a webhook signed with the connection’s secret'],
  ['ticket', 'a one-time ticket, made by somebody who may'],
  ['public', 'anybody'],
];

function table(head: string[], rows: string[][]): string {
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

function operationsOf(access: string): string {
  const names = ROUTES.filter((route) => accessOf(route) === access).map((route) => `\`${nameOf(route)}\``);
  return names.join(', ') || 'none yet';
}

/** The document's text. */
export function permissionsDocument(): string {
  const roles = Object.keys(ROLE_SUMMARIES) as IssuedRole[];
  const permissions = Object.keys(PERMISSIONS) as Permission[];
  const has = (role: IssuedRole, permission: Permission): string =>
    (ROLES[role] as readonly Permission[]).includes(permission) ? 'yes' : '';
  return `# Permissions

Made by \`npm run docs:permissions\` from \`contracts/kit/permissions.ts\` and the declared operations; a test fails when it is
out of date. A token may be narrowed to some of its role's permissions by \`scope\`. Every service checks again what the
gateway has checked, and finds things only under the caller's own organisation.

## Roles

${table(
  ['role', 'what it is for'],
  roles.map((role) => [`\`${role}\``, ROLE_SUMMARIES[role]]),
)}

## Who may what

${table(
  ['permission', ...roles.map((role) => role.replaceAll('_', ' '))],
  permissions.map((permission) => [`\`${permission}\``, ...roles.map((role) => has(role, permission))]),
)}

## What each permission opens

${table(
  ['permission', 'lets its holder', 'operations'],
  permissions.map((permission) => [`\`${permission}\``, PERMISSIONS[permission], operationsOf(permission)]),
)}

## Operations that need no permission

${table(
  ['access', 'who may', 'operations'],
  OTHER_ACCESS.map(([access, text]) => [access, text, operationsOf(access)]),
)}
`;
}
