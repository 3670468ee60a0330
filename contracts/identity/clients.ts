/** Machine clients of a tenant. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, oneOf, orNull, text, version, whole } from '../kit/primitives.ts';
import { secretRotation } from '../kit/secret-rotation.ts';
import { accountStatus, nameInput, permissionList, role, tenantRole } from './common.ts';

const scopes = permissionList.meta({
  description: 'Permissions that the client is narrowed to; all of its role’s without them',
  examples: [['containers:read', 'live:subscribe']],
});

export const client = z
  .strictObject({
    id: idOf('cli', 'Id of the client, which is its OAuth client_id'),
    name: text('Name', 'Warehouse system'),
    role,
    scopes: orNull(scopes),
    method: oneOf(['client_secret', 'private_key_jwt'], 'How it proves itself at the token endpoint'),
    status: accountStatus,
    createdAt: instant('When it was created'),
    version,
  })
  .meta({ id: 'Client', description: 'A machine client, without its secret' });
/** A machine client, without its secret. */
export type Client = z.infer<typeof client>;

const clientWithSecret = client
  .extend({ secret: text('The secret, shown once; a client with keys has none', 'fls_...').optional() })
  .meta({ id: 'ClientWithSecret', description: 'A machine client with its secret, shown once' });
/** A client with its secret, or without one when it proves itself by keys. */
export type ClientWithSecret = z.infer<typeof clientWithSecret>;

/** The example is the key of RFC 7517 appendix A.1. */
const coordinate = (name: string, example: string) =>
  described(z.string().regex(/^[\w-]{43}$/), `The ${name} coordinate, base64url`, example);

const publicJwk = z
  .strictObject({
    kty: described(z.literal('EC'), 'Key type', 'EC'),
    crv: described(z.literal('P-256'), 'Curve', 'P-256'),
    x: coordinate('x', 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4'),
    y: coordinate('y', '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM'),
    kid: described(z.string().min(1).max(100), 'Key id, as in the assertion’s header', 'key-1'),
    alg: described(z.literal('ES256'), 'Algorithm', 'ES256').optional(),
    use: described(z.literal('sig'), 'Use', 'sig').optional(),
  })
  .meta({ id: 'PublicJwk', description: 'A public key that a client proves itself with (private_key_jwt, RFC 7523)' });

const jwks = z.array(publicJwk).min(1).max(5).meta({ description: 'Public keys; a client with keys gets no secret' });

const newClient = z
  .strictObject({
    name: nameInput('Name', 'Warehouse system'),
    role: tenantRole,
    scopes: scopes.optional(),
    jwks: jwks.optional(),
  })
  .meta({ id: 'NewClient', description: 'A machine client to create' });

const clientId = { id: idInput('cli', 'Id of the client') };

const clientChange = z
  .strictObject({
    name: nameInput('Name', 'Warehouse system'),
    scopes: orNull(scopes),
    status: accountStatus,
    jwks: jwks
      .meta({ description: 'New keys of a client that has keys; keep the one before for as long as it is used' })
      .optional(),
  })
  .meta({ id: 'ClientChange', description: 'What can be changed of a machine client' });

/** The operations. */
export const clientOperations = {
  createClient: operation({
    permission: 'clients:manage',
    summary: 'Create a machine client; its secret is shown once',
    description:
      'With `jwks` the client proves itself by its keys and has no secret. Nobody can grant what they do not hold.',
    idempotent: true,
    input: newClient,
    output: clientWithSecret,
  }),
  listClients: operation({
    permission: 'clients:manage',
    summary: 'List machine clients, newest first',
    input: z.strictObject(pagedById('cli')),
    output: pageOf('Client', client),
  }),
  getClient: operation({
    permission: 'clients:manage',
    summary: 'One machine client',
    versioned: true,
    input: z.strictObject(clientId),
    output: client,
    failures: ['not_found'],
  }),
  changeClient: operation({
    permission: 'clients:manage',
    summary: 'Change a client’s name, scopes, keys or status',
    description:
      'What a client loses ends what it holds: its tokens are refused within a second, its sockets close, and the links it ' +
      'made open nothing any more. So does disabling it, and changing its keys. Nobody changes who may do more than they ' +
      'may themselves.',
    ifMatch: true,
    versioned: true,
    input: clientChange.extend(clientId),
    output: client,
    failures: ['not_found', 'precondition.failed'],
  }),
  revokeOperatorClient: operation({
    permission: 'keys:manage',
    summary: 'End what the operators’ configured client made and holds',
    description:
      'Its access tokens, tickets and sockets, and the links it made, end within a second: for a secret that has leaked, ' +
      'once the platform runs with another one.',
    input: z.strictObject({}),
    output: z
      .strictObject({ securityVersion: whole('Tokens of this version and later count', 2) })
      .meta({ id: 'RevokedClient', description: 'The client after it' }),
    failures: ['precondition.failed'],
  }),
  rotateClientSecret: operation({
    permission: 'clients:manage',
    summary: 'Make a new secret; the one before works for another day',
    description:
      'With `immediately` the secret before ends at once, with every token, ticket and link that the client got or made: ' +
      'for a secret that has leaked.',
    idempotent: true,
    input: secretRotation.extend(clientId),
    output: clientWithSecret,
    failures: ['not_found', 'conflict.exists', 'precondition.failed'],
  }),
};
