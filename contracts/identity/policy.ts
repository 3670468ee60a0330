/** What a tenant's administrator decides about access, security alerts, and the keys that sign tokens. */
import { z } from 'zod';
import { isCidr } from '../../domain/security/addresses.ts';
import { CORS_ORIGINS_MAX, POLICY_ADDRESSES_MAX } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idOf, instant, oneOf, orNull, text, version, whole } from '../kit/primitives.ts';
import { resealing, resealingInput } from '../kit/sealing.ts';

const cidr = z
  .string()
  .max(60)
  .refine(isCidr, 'must be an address or a CIDR range such as 203.0.113.0/24 or 2001:db8::/32');
const origin = z.string().max(200).refine(isWebOrigin, 'must be an exact origin such as https://app.example.com');

/** An origin as browsers send it: https, or http on loopback for development; nothing behind the host. */
function isWebOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const loopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
  // A browser's origin names one host: no pattern means anything here.
  if (!/^[\w.-]+$/.test(url.hostname)) return false;
  return url.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback));
}

const addresses = (description: string, example: string) =>
  described(z.array(cidr).max(POLICY_ADDRESSES_MAX).default([]), description, [example]);

export const policyInput = z
  .strictObject({
    allowedAddresses: addresses(
      'Addresses and CIDR ranges that are let in; an empty list lets all in',
      '203.0.113.0/24',
    ),
    blockedAddresses: addresses(
      'Addresses and CIDR ranges that are refused whatever else, webhooks too',
      '198.51.100.7/32',
    ),
    corsOrigins: described(
      z.array(origin).max(CORS_ORIGINS_MAX).default([]),
      'Exact origins of browser applications that may read answers',
      ['https://app.example.com'],
    ),
  })
  .meta({ id: 'NewPolicy', description: 'Address lists and allowed origins to set' });
/** A tenant's policy. */
export type Policy = z.infer<typeof policyInput>;

const policy = policyInput.extend({ version }).meta({ id: 'Policy', description: 'Address lists and allowed origins' });

export const ALERT_KINDS = ['login', 'token', 'permission', 'address', 'signature', 'quota'] as const;

export const securityAlert = z
  .strictObject({
    id: idOf('alt', 'Id of the alert'),
    tenantId: idOf('ten', 'The organisation whose access was refused'),
    kind: oneOf(ALERT_KINDS, 'What was refused'),
    subject: text('Who was refused: user, client or connection; the address when nobody is known', '203.0.113.7'),
    failures: whole('Refusals counted until now', 12),
    firstAt: instant('The first refusal counted'),
    lastAt: instant('The latest refusal'),
    route: text('Where the latest refusal was', 'POST /oauth/authorize'),
    reason: text('Why', 'password'),
    address: text('From which network address', '203.0.113.7'),
  })
  .meta({ id: 'SecurityAlert', description: 'One attack, however many refusals it takes' });
/** A security alert: one attack, however many refusals it takes. */
export type SecurityAlert = z.infer<typeof securityAlert>;

const signingKey = z
  .strictObject({
    kid: text('Key id', 'key_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    state: oneOf(['next', 'signing', 'retiring'], 'What it is doing', 'signing'),
    activeFrom: instant('When it begins to sign'),
    dropAt: orNull(instant('When it is published no longer')),
  })
  .meta({ id: 'SigningKey', description: 'A key that signs access tokens' });
/** A signing key as an operator sees it. */
export type SigningKey = z.infer<typeof signingKey>;

/** The operations. */
export const policyOperations = {
  getPolicy: operation({
    permission: 'policy:read',
    summary: 'Address lists and allowed origins',
    versioned: true,
    input: z.strictObject({}),
    output: policy,
  }),
  putPolicy: operation({
    permission: 'policy:manage',
    summary: 'Replace address lists and allowed origins',
    description:
      'In force within a second. An empty list of allowed addresses admits all; a blocked address is refused whatever ' +
      'else, and for webhooks too. A policy that would refuse your own address is not taken.',
    ifMatch: true,
    versioned: true,
    input: policyInput,
    output: policy,
    failures: ['precondition.failed'],
  }),
  listAlerts: operation({
    permission: 'security:read',
    summary: 'Security alerts, newest first',
    description:
      'Ten refusals of one kind by one subject within five minutes raise one. An operator sees those of every tenant.',
    input: z.strictObject(pagedById('alr')),
    output: pageOf('SecurityAlert', securityAlert),
  }),
  listSigningKeys: operation({
    permission: 'keys:manage',
    summary: 'The keys that sign access tokens, with what each is doing',
    input: z.strictObject({}),
    output: pageOf('SigningKey', signingKey),
  }),
  resealIdentity: operation({
    permission: 'keys:manage',
    summary: 'Seal identity’s secrets anew with the current key',
    description:
      'After a rotation of the sealing keys: signing keys and second factors, part by part. What still needs an earlier key ' +
      'is named; a key that nothing needs may leave its ring. Answers of requests under idempotency keys are kept for a day ' +
      'and not sealed anew, and a password takes the current pepper when its owner signs in.',
    input: resealingInput,
    output: resealing,
  }),
  rotateSigningKeys: operation({
    permission: 'keys:manage',
    summary: 'Make a new signing key ahead of schedule',
    description:
      'The new key is published ten minutes before it signs. With `immediately` it signs at once and every other ' +
      'key is dropped, with all tokens it signed: for a key that has leaked.',
    input: z
      .strictObject({
        immediately: described(
          z.boolean().default(false),
          'Drop all other keys now, with the tokens they signed',
          false,
        ),
      })
      .meta({ id: 'KeyRotation', description: 'How to rotate' }),
    output: pageOf('SigningKey', signingKey),
  }),
  isCorsOrigin: operation({
    permission: { unauthenticated: 'whether an origin is registered, for preflights; names no tenant' },
    summary: 'Whether any tenant has a browser application at the origin',
    input: z.strictObject({ origin: z.string().max(200) }),
    output: z.boolean(),
  }),
};
