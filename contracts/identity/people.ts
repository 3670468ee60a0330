/** Users of an organisation, their sessions as an administrator sees them, and invitations. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { OPERATOR_ROLES, type Role, TENANT_ROLES } from '../kit/permissions.ts';
import { described, flag, idInput, idOf, instant, oneOf, orNull, text, version, whole } from '../kit/primitives.ts';
import { accountStatus, emailInput, nameInput, passwordInput, role, tenantRole } from './common.ts';

export const user = z
  .strictObject({
    id: idOf('usr', 'Id of the user'),
    email: text('E-mail address, one account each in an organisation', 'ada@example.com'),
    name: text('Name', 'Ada Admin'),
    role,
    status: accountStatus,
    createdAt: instant('When the account was created'),
    version,
  })
  .meta({ id: 'User', description: 'A person with an account, without any secret' });
/** A user, without any secret. */
export type User = z.infer<typeof user>;

export const session = z
  .strictObject({
    id: idOf('ses', 'Id of the session'),
    userId: idOf('usr', 'Whose it is'),
    createdAt: instant('When the user signed in'),
    lastUsedAt: instant('When it was renewed last'),
    expiresAt: instant('When it ends unless it is renewed'),
    methods: z
      .array(z.string())
      .meta({ description: 'How the user proved who they are (RFC 8176): `pwd`, `otp`', examples: [['pwd', 'otp']] }),
    address: orNull(text('Network address it was used from last', '203.0.113.7')),
    userAgent: orNull(text('The program it was used with last', 'Mozilla/5.0')),
  })
  .meta({ id: 'Session', description: 'Where a user is signed in' });
/** A session as its owner and the tenant's admin see it. */
export type Session = z.infer<typeof session>;

export const invitation = z
  .strictObject({
    id: idOf('inv', 'Id of the invitation'),
    email: text('E-mail address invited', 'grace@example.com'),
    role,
    organisationId: idOf('ten', 'The organisation that the invited person will belong to'),
    status: oneOf(['open', 'accepted', 'withdrawn', 'expired'], 'What became of it'),
    invitedBy: idOf('usr', 'Who invited'),
    createdAt: instant('When it was made'),
    expiresAt: instant('When its link ends'),
  })
  .meta({ id: 'Invitation', description: 'An invitation; its link is shown once' });
/** An invitation; its link is shown once. */
export type Invitation = z.infer<typeof invitation>;

export const createdInvitation = invitation
  .extend({ url: text('The link to hand over, shown once', 'https://fairlead.example/set-password?token=...') })
  .meta({ id: 'CreatedInvitation', description: 'A new invitation with its link' });

const passwordLink = z
  .strictObject({
    url: text('The link to hand over, shown once', 'https://fairlead.example/set-password?token=...'),
    expiresAt: instant('When the link ends'),
  })
  .meta({ id: 'PasswordLink', description: 'A link by which somebody chooses a password, once' });
/** A link by which somebody chooses a password, once. */
export type PasswordLink = z.infer<typeof passwordLink>;

/** How many sessions a change has ended. */
export const endedSessions = z
  .strictObject({ ended: whole('Sessions that ended', 2) })
  .meta({ id: 'EndedSessions', description: 'How many sessions ended' });
/** Whether a session ended. */
export const endedSession = z
  .strictObject({ ended: flag('Whether a session ended') })
  .meta({ id: 'EndedSession', description: 'Whether a session ended' });
/** Whether a second factor was removed. */
export const removedFactor = z
  .strictObject({ removed: flag('Whether there was one') })
  .meta({ id: 'RemovedFactor', description: 'Whether a second factor was removed' });

const anyRoleOf = (example: Role) => oneOf([...TENANT_ROLES, ...OPERATOR_ROLES], 'What the account is for', example);
const anyRole = anyRoleOf('viewer');
const userId = { id: idInput('usr', 'Id of the user') };
const carrierId = described(
  z.string().regex(/^car_[0-9a-z]{26}$/, 'must be the id of a carrier'),
  'The carrier whose person is invited; with the role `carrier_user` only',
  'car_01kb2h5m8q3v6x9y2z4a7c0d5e',
);

const newUser = z
  .strictObject({ email: emailInput, name: nameInput('Name', 'Grace'), role: tenantRole, password: passwordInput })
  .meta({ id: 'NewUser', description: 'A user to create, with a password that somebody else chose' });

const newInvitation = z
  .strictObject({
    email: emailInput,
    role: anyRoleOf('carrier_user'),
    carrierId: carrierId.optional(),
  })
  .meta({ id: 'NewInvitation', description: 'A person to invite' });

const userChange = z
  .strictObject({ name: nameInput('Name', 'Grace'), role: anyRole, status: accountStatus })
  .meta({ id: 'UserChange', description: 'What can be changed of a user' });

/** The operations. */
export const peopleOperations = {
  createUser: operation({
    permission: 'users:manage',
    summary: 'Create a user with a password that you choose',
    description: 'Nobody should know another one’s password: invite people instead.',
    deprecated: { since: '2026-11-24', sunset: '2027-06-30', successor: '/v1/invitations' },
    idempotent: true,
    input: newUser,
    output: user,
    failures: ['conflict.exists'],
  }),
  listUsers: operation({
    permission: 'users:read',
    summary: 'List users, newest first',
    description: 'Operators may name a carrier to see its people.',
    input: z.strictObject({
      ...pagedById('usr'),
      carrierId: described(z.string().max(60), 'A carrier; for operators', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e').optional(),
    }),
    output: pageOf('User', user),
  }),
  getUser: operation({
    permission: 'users:read',
    summary: 'One user',
    versioned: true,
    input: z.strictObject(userId),
    output: user,
    failures: ['not_found'],
  }),
  changeUser: operation({
    permission: 'users:manage',
    summary: 'Change a user’s name, role or status',
    description:
      'Who loses a role or the account is signed out everywhere. Nobody changes who may do more than they may ' +
      'themselves, and a tenant keeps one active administrator at least.',
    ifMatch: true,
    versioned: true,
    input: userChange.extend(userId),
    output: user,
    failures: ['not_found', 'conflict.exists', 'precondition.failed'],
  }),
  createPasswordReset: operation({
    permission: 'users:manage',
    summary: 'A link by which the user chooses a new password; hand it over yourself',
    description: 'The platform sends no mail. A new link replaces the one before.',
    idempotent: true,
    input: z.strictObject(userId),
    output: passwordLink,
    failures: ['not_found'],
  }),
  resetFactor: operation({
    permission: 'users:manage',
    summary: 'Remove the second factor of a user who has lost it',
    description: 'The user’s sessions end.',
    input: z.strictObject(userId),
    output: removedFactor,
    failures: ['not_found'],
  }),
  listUserSessions: operation({
    permission: 'users:manage',
    summary: 'Where a user is signed in, newest first',
    input: z.strictObject({ ...pagedById('ses'), ...userId }),
    output: pageOf('Session', session),
    failures: ['not_found'],
  }),
  endUserSessions: operation({
    permission: 'users:manage',
    summary: 'Sign a user out everywhere',
    input: z.strictObject(userId),
    output: endedSessions,
    failures: ['not_found'],
  }),
  endUserSession: operation({
    permission: 'users:manage',
    summary: 'End one session of a user',
    input: z.strictObject({ ...userId, sessionId: idInput('ses', 'Id of the session') }),
    output: endedSession,
    failures: ['not_found'],
  }),
  createInvitation: operation({
    permission: 'users:manage',
    summary: 'Invite a person; the link is shown once, hand it over yourself',
    description:
      'Operators invite operators, and people of carriers by the carrier’s id; tenants invite their own. The ' +
      'platform sends no mail.',
    idempotent: true,
    input: newInvitation,
    output: createdInvitation,
    failures: ['conflict.exists'],
  }),
  listInvitations: operation({
    permission: 'users:read',
    summary: 'List invitations, newest first',
    input: z.strictObject(pagedById('inv')),
    output: pageOf('Invitation', invitation),
  }),
  withdrawInvitation: operation({
    permission: 'users:manage',
    summary: 'Withdraw an invitation',
    input: z.strictObject({ id: idInput('inv', 'Id of the invitation') }),
    output: invitation,
    failures: ['not_found', 'conflict.exists'],
  }),
};
