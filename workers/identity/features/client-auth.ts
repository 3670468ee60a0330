/** How a client proves itself at the token, introspection and revocation endpoints (RFC 6749 section 2.3, RFC 7523). */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { createLocalJWKSet, decodeJwt, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { OAuthError, OAuthRequest } from '../../../contracts/identity/oauth.ts';
import { OPERATOR_CLIENT, PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import type { Permission, Role } from '../../../contracts/kit/permissions.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { configuredVersion } from '../../../platform/d1/directory.ts';
import { clients } from '../../../platform/d1/schema/directory.ts';
import { isCompactJws } from '../../../platform/dpop.ts';
import { fromBase64, randomToken } from '../../../platform/ids.ts';
import { ASSERTION_MAX_SECONDS } from '../../../platform/limits.ts';
import { equalBytes, parseRing, sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import { oauthError } from './oauth-error.ts';

/** The console's public client. */
export const CONSOLE_CLIENT = 'fairlead-console';
/** The platform operator's client, which exists before any tenant does. */

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CLOCK_TOLERANCE_SECONDS = 5;
const OPERATOR_SECRET_MIN_CHARS = 32;
const encoder = new TextEncoder();

/** A confidential client. */
export interface MachineClient {
  id: string;
  tenantId: string;
  role: Role;
  scopes: Permission[] | null;
  /** Counts what ends its tokens; they name the one they were made at. */
  securityVersion: number;
  secretHashes: string[];
  jwks: JWK[] | null;
}

const refused = (): OAuthError => oauthError(401, 'invalid_client', 'The client could not be authenticated');

/** The confidential client that a request comes from; exactly one way of proving it may be used. */
export async function authenticateClient(
  env: Env,
  { form, basic, address, now }: OAuthRequest,
): Promise<MachineClient | OAuthError> {
  const asserted = form.client_assertion !== undefined || form.client_assertion_type !== undefined;
  const ways = [basic !== null, form.client_secret !== undefined, asserted].filter(Boolean).length;
  if (ways > 1) return oauthError(400, 'invalid_request', 'Use one way of client authentication, not several');
  if (ways === 0) return refused();
  if (asserted) return byAssertion(env, form, address, now);
  const { id, secret } =
    basic === null ? { id: form.client_id ?? '', secret: form.client_secret ?? '' } : decodeBasic(basic);
  if (basic !== null && form.client_id !== undefined && form.client_id !== id) {
    return oauthError(400, 'invalid_request', 'client_id is not that of the Authorization header');
  }
  const client = await findClient(env, id.slice(0, 100), now);
  const presented = encoder.encode(await sha256Hex(secret.slice(0, 200)));
  // The same work for an unknown client: time tells nothing.
  const expected = client?.secretHashes.length ? client.secretHashes : [await sha256Hex(randomToken())];
  let right = false;
  for (const hash of expected) right = equalBytes(presented, encoder.encode(hash)) || right;
  // Asked whether the secret is right or not: from an address that is not admitted nothing is learned about it.
  const admitted = client !== null && (await isAdmitted(env, client, address));
  return right && admitted ? client : refused();
}

/** Whether the client's organisation admits the address that it proves itself from. */
function isAdmitted(env: Env, { tenantId }: MachineClient, address: string): Promise<boolean> {
  return tenantPolicy(env, tenantId).admitsAddress(address);
}

/** RFC 7523 section 3: a JWT signed with a key that was registered for the client, used once. */
async function byAssertion(
  env: Env,
  form: Record<string, string>,
  address: string,
  now: number,
): Promise<MachineClient | OAuthError> {
  const assertion = form.client_assertion ?? '';
  if (form.client_assertion_type !== ASSERTION_TYPE || !isCompactJws(assertion, 8_192)) {
    return oauthError(400, 'invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}, with a signed JWT`);
  }
  const id = subjectOf(assertion);
  if (id === null || (form.client_id !== undefined && form.client_id !== id)) return refused();
  const client = await findClient(env, id.slice(0, 100), now);
  if (!client?.jwks) return refused();
  const payload = await verifyAssertion(env, client, assertion, now);
  if (!payload || !(await isAdmitted(env, client, address))) return refused();
  const once = await tenantPolicy(env, client.tenantId).useOnce(
    `assertion:${client.id}:${payload.jti}`,
    (payload.exp! + CLOCK_TOLERANCE_SECONDS) * 1000,
  );
  return once ? client : refused();
}

function subjectOf(assertion: string): string | null {
  try {
    return decodeJwt(assertion).sub ?? null;
  } catch {
    return null;
  }
}

async function verifyAssertion(
  env: Env,
  client: MachineClient,
  assertion: string,
  now: number,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: client.jwks! }), {
      algorithms: ['ES256'],
      issuer: client.id,
      subject: client.id,
      audience: [env.ISSUER, `${env.ISSUER}/oauth/token`],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'jti'],
    });
    const seconds = now / 1000;
    // A far expiry would have us remember the id for as long.
    if (payload.exp! > seconds + ASSERTION_MAX_SECONDS + CLOCK_TOLERANCE_SECONDS) return null;
    if ((payload.iat ?? 0) > seconds + CLOCK_TOLERANCE_SECONDS) return null;
    return typeof payload.jti === 'string' && payload.jti.length <= 200 ? payload : null;
  } catch {
    return null;
  }
}

async function findClient(env: Env, id: string, now: number): Promise<MachineClient | null> {
  if (id === OPERATOR_CLIENT) {
    // Before the secret is put, there is no operator: not one with an empty secret.
    const secrets = env.OPERATOR_SECRET ? Object.values(parseRing(env.OPERATOR_SECRET).secrets) : [];
    const long = secrets.filter((secret) => secret.length >= OPERATOR_SECRET_MIN_CHARS);
    if (long.length === 0) return null;
    const secretHashes = await Promise.all(long.map(sha256Hex));
    const operator = { tenantId: PLATFORM_TENANT, role: 'platform_operator' as const, scopes: null, jwks: null };
    return { id, ...operator, securityVersion: await configuredVersion(env.DIRECTORY, id), secretHashes };
  }
  const row = await drizzle(env.DIRECTORY).select().from(clients).where(eq(clients.id, id)).get();
  if (row?.status !== 'active') return null;
  const previous = row.previousSecretHash !== null && (row.previousUntil ?? 0) > now ? [row.previousSecretHash] : [];
  return {
    id: row.id,
    tenantId: row.tenantId,
    role: row.role as Role,
    scopes: row.scopes as Permission[] | null,
    securityVersion: row.securityVersion,
    secretHashes: row.secretHash ? [row.secretHash, ...previous] : [],
    jwks: row.jwks,
  };
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function decodeBasic(header: string): { id: string; secret: string } {
  try {
    const text = new TextDecoder().decode(fromBase64(header.replace(/^Basic\s+/i, '')));
    const colon = text.indexOf(':');
    if (colon < 0) return { id: '', secret: '' };
    const decode = (part: string): string => decodeURIComponent(part.replaceAll('+', ' '));
    return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return { id: '', secret: '' };
  }
}
