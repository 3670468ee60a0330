/** One's own account: who one is, sessions, password, second factor. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { PERMISSION_NAMES } from '../kit/permissions.ts';
import { described, idInput, idOf, orNull, text, whole } from '../kit/primitives.ts';
import { passwordInput, role } from './common.ts';
import { endedSession, endedSessions, removedFactor, session } from './people.ts';

const me = z
  .strictObject({
    subject: text('Id of the user or client', 'usr_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    name: text('Name', 'Ada Admin'),
    email: orNull(text('E-mail address; null for machines', 'ada@example.com')),
    roles: z.array(role).meta({ description: 'Roles', examples: [['tenant_admin']] }),
    permissions: z
      .array(z.enum(PERMISSION_NAMES))
      .meta({ description: 'What this token may do', examples: [['containers:read', 'live:subscribe']] }),
    tenant: z
      .strictObject({ id: idOf('ten', 'Id'), name: text('Name', 'Acme Trading') })
      .meta({ description: 'The organisation acted for' }),
    sessionId: orNull(idOf('ses', 'The session of this token; null for machines')),
    secondFactor: orNull(
      z
        .strictObject({ recoveryCodesLeft: whole('Recovery codes that were not used yet', 10) })
        .meta({ description: 'The second factor; null when there is none' }),
    ),
  })
  .meta({ id: 'Me', description: 'Who you are and what you may do' });
/** Who a user is, for the console. */
export type Me = z.infer<typeof me>;

const passwordAgain = described(z.string().min(1).max(200), 'Your present password', 'correct horse battery staple');

const passwordChange = z
  .strictObject({ current: passwordAgain, next: passwordInput })
  .meta({ id: 'PasswordChange', description: 'A change of one’s own password' });
/** What begins or removes a second factor: a token alone must not be enough. */
const passwordProof = z
  .strictObject({ password: passwordAgain })
  .meta({ id: 'PasswordProof', description: 'Your password again: a token alone is not enough' });
const oneTimeCode = z
  .strictObject({
    code: described(z.string().regex(/^\d{6}$/, 'must be six digits'), 'What the authenticator shows now', '287082'),
  })
  .meta({ id: 'OneTimeCode', description: 'A code of six digits from an authenticator application' });

const factorEnrolment = z
  .strictObject({
    secret: text('The secret in base 32, shown once', 'JBSWY3DPEHPK3PXP'),
    uri: text('The same as an otpauth: address, for a QR code', 'otpauth://totp/Fairlead:ada@example.com?secret=...'),
  })
  .meta({ id: 'FactorEnrolment', description: 'What an authenticator application needs' });
/** What an authenticator application needs, shown once until it is confirmed. */
export type FactorEnrolment = z.infer<typeof factorEnrolment>;

const recoveryCodes = z
  .strictObject({
    recoveryCodes: z
      .array(z.string())
      .meta({ description: 'Each signs in once when the authenticator is lost', examples: [['k3v6-x9y2-z4a7']] }),
  })
  .meta({ id: 'RecoveryCodes', description: 'Recovery codes, shown once' });

/** The operations. */
export const accountOperations = {
  me: operation({
    permission: 'authenticated',
    summary: 'Who you are and what you may do',
    input: z.strictObject({}),
    output: me,
  }),
  listSessions: operation({
    permission: 'authenticated',
    summary: 'Where you are signed in, newest first',
    input: z.strictObject(pagedById('ses')),
    output: pageOf('Session', session),
  }),
  endSession: operation({
    permission: 'authenticated',
    summary: 'End one of your sessions',
    description: 'Its tokens are refused within a second and its open sockets close with 4401.',
    input: z.strictObject({ sessionId: idInput('ses', 'Id of the session') }),
    output: endedSession,
    failures: ['not_found'],
  }),
  signOut: operation({
    permission: 'authenticated',
    summary: 'End the session of this token',
    description: 'A machine’s token has no session: then nothing ends.',
    input: z.strictObject({}),
    output: endedSession,
    failures: ['not_found'],
  }),
  changePassword: operation({
    permission: 'authenticated',
    summary: 'Change your password',
    description: 'Your other sessions end, and links to choose another password.',
    input: passwordChange,
    output: endedSessions,
    failures: ['not_found', 'precondition.failed'],
  }),
  enrolFactor: operation({
    permission: 'authenticated',
    summary: 'Begin a second factor (TOTP, RFC 6238)',
    description: 'It counts once a first code confirms it.',
    input: passwordProof,
    output: factorEnrolment,
    failures: ['not_found', 'conflict.exists'],
  }),
  confirmFactor: operation({
    permission: 'authenticated',
    summary: 'Confirm the second factor by its first code',
    description: 'The recovery codes are shown once.',
    input: oneTimeCode,
    output: recoveryCodes,
    failures: ['conflict.exists'],
  }),
  removeFactor: operation({
    permission: 'authenticated',
    summary: 'Remove your second factor',
    input: passwordProof,
    output: removedFactor,
    failures: ['not_found'],
  }),
};
