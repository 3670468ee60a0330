/**
 * Two tenants with the same data, and people of every role: what authorization is tested against.
 * Whatever belongs to a tenant carries its ids and, in free text, its marker; an answer that shows
 * either to somebody else is a leak.
 */
import { randomBytes } from 'node:crypto';
import { ROLES, TENANT_ROLES } from '../../contracts/kit/permissions.ts';
import { type Answer, ApiClient, type Fetch, postSigned } from '../../scripts/support/api.ts';
import { accept } from '../../scripts/support/invitations.ts';
import { createTenant, fetchOf, operatorOf, signIn, spaceOf, type TestTenant, until } from './fixtures.ts';
import { type Platform, startPlatform } from './harness.ts';
import type { OpenApi } from './openapi.ts';
import { person } from './people.ts';

/** A container number that both tenants track. */
export const SHARED_NUMBER = 'CSQU3054383';
/** A device that both have, each its own: tenants name their devices themselves. */
export const SHARED_DEVICE = 'dev-0042';

/** A tenant of the world. */
export interface Side {
  tenant: TestTenant;
  marker: string;
  /** Ids by what they name. */
  ids: Record<string, string>;
}

/** Gives an access token that is good now: checks over all operations take longer than a token lives. */
export type TokenSource = () => Promise<string>;

/** The world. */
export interface World {
  a: Side;
  b: Side;
  operator: ApiClient;
  /** Tenant A's people by role, a carrier's that both work with, and a stranger carrier's. */
  tokens: Record<keyof typeof ROLES | 'stranger_carrier', TokenSource>;
  /** The shared carrier's id. */
  carrierId: string;
}

/** Invites somebody, accepts as them, and signs in; answers the access token. */
export async function invite(...of: Parameters<typeof invited>): Promise<string> {
  return (await invited(...of))();
}

/** A token lives five minutes. */
const RENEWED_AFTER_MS = 2 * 60_000;

/** Invites somebody and accepts as them, who signs in whenever the last time is a while ago. */
async function invited(
  platform: Platform,
  inviter: ApiClient,
  invitation: { email: string; role: string; carrierId?: string },
): Promise<TokenSource> {
  const password = randomBytes(12).toString('base64url');
  const fetcher = fetchOf(platform);
  const made = await inviter.must('POST', '/v1/invitations', invitation);
  await accept(platform.origin, made, { name: invitation.email.split('@')[0]!, password }, fetcher);
  let held = { token: '', until: 0 };
  return async () => {
    if (held.until > Date.now()) return held.token;
    const { accessToken } = await person(platform, invitation.email, password);
    held = { token: accessToken, until: Date.now() + RENEWED_AFTER_MS };
    return accessToken;
  };
}

/** Asks as whoever holds an access token. */
export function asker(platform: Platform, token: string) {
  return async (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await fetchOf(platform)(platform.origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
}

/** A platform with its world, and the document that it serves. */
export interface StartedWorld {
  platform: Platform;
  world: World;
  document: OpenApi;
  fetcher: Fetch;
}

/** Starts a platform and builds the world in it. */
export async function startWorld(): Promise<StartedWorld> {
  const platform = await startPlatform();
  const fetcher = fetchOf(platform);
  const world = await buildWorld(platform);
  const document = (await (await fetcher(`${platform.origin}/openapi.json`)).json()) as OpenApi;
  return { platform, world, document, fetcher };
}

async function buildWorld(platform: Platform): Promise<World> {
  const operator = operatorOf(platform);
  const a = await buildSide(platform, 'alder');
  const b = await buildSide(platform, 'birch');
  const tokens: any = { platform_operator: () => operator.token() };
  for (const role of TENANT_ROLES) {
    tokens[role] = await invited(platform, a.tenant.admin, { email: `${role}@alder.example`, role });
  }
  const stranger = await b.tenant.admin.must('POST', '/v1/carriers', { scac: 'STRG', name: 'Stranger' });
  for (const [name, carrierId] of [
    ['carrier_user', a.ids.carrier!],
    ['stranger_carrier', stranger.id],
  ]) {
    const email = `${name}@carrier.example`;
    tokens[name!] = await invited(platform, operator, { email, role: 'carrier_user', carrierId: carrierId! });
  }
  return { a, b, operator, tokens, carrierId: a.ids.carrier! };
}

async function buildSide(platform: Platform, slug: string): Promise<Side> {
  const tenant = await createTenant(platform, slug);
  const { admin } = tenant;
  const marker = `marker-${slug}`;
  const carrier = await admin.must('POST', '/v1/carriers', { scac: 'OCEA', name: marker });
  const connection = await admin.must('POST', '/v1/connections', {
    name: marker,
    carrierId: carrier.id,
    format: 'positions',
  });
  await admin.must('POST', '/v1/containers', {
    containers: [
      { number: SHARED_NUMBER, origin: 'CNSHA', destination: 'NLRTM', reference: marker, deviceId: SHARED_DEVICE },
    ],
  });
  const { journeyId } = await admin.must('GET', `/v1/containers/${SHARED_NUMBER}`);
  const allocation = await admin.must('POST', '/v1/allocations', spaceOf(carrier.id, 1_000, { period: marker }));
  const asked = await admin.must(
    'POST',
    '/v1/allocations',
    spaceOf(carrier.id, 1_000, { period: marker, confirmation: 'carrier' }),
  );
  const order = { allocationId: allocation.id, quantity: 1, reference: marker, containers: [SHARED_NUMBER] };
  const booking = await admin.must('POST', '/v1/bookings', order);
  const requested = await admin.must('POST', '/v1/bookings', { ...order, allocationId: asked.id, containers: [] });
  const endpoint = await admin.must('POST', '/v1/webhook-endpoints', {
    url: `https://${slug}.example.com/hook`,
    description: marker,
  });
  const client = await admin.must('POST', '/v1/clients', { name: marker, role: 'viewer' });
  const invitation = await admin.must('POST', '/v1/invitations', { email: `open@${slug}.example`, role: 'viewer' });
  const password = randomBytes(12).toString('base64url');
  const email = `user@${slug}.example`;
  const user = await admin.must('POST', '/v1/users', { email, name: marker, role: 'viewer', password });
  await signIn(platform.origin, platform.issuer, email, password, fetchOf(platform));
  const session = (await admin.must('GET', `/v1/users/${user.id}/sessions`)).items[0].id;
  const body = JSON.stringify([
    { container: SHARED_NUMBER, time: '2026-11-01T00:00:00Z', latitude: 10, longitude: 20 },
    { container: SHARED_NUMBER, time: marker, latitude: 10, longitude: 20 },
  ]);
  const delivery = await postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });
  const deliveries = await until('the booking reaches the delivery log', async () => {
    const page = await admin.must('GET', `/v1/webhook-endpoints/${endpoint.id}/deliveries`);
    return page.items.length > 0 && page.items;
  });
  return {
    tenant,
    marker,
    ids: {
      tenant: tenant.id,
      carrier: carrier.id,
      journey: journeyId,
      connection: connection.id,
      receipt: delivery.body.receiptId,
      allocation: allocation.id,
      booking: booking.id,
      requested: requested.id,
      shipment: booking.shipmentId,
      endpoint: endpoint.id,
      delivery: deliveries[0].id,
      client: client.id,
      invitation: invitation.id,
      user: user.id,
      session,
      deadLetter: await parkDeadLetter(platform, delivery.body.receiptId),
    },
  };
}

/** A delivery that failed every time, put where such are parked: making one fail for real takes an hour. */
export async function parkDeadLetter(platform: Platform, receiptId: string): Promise<string> {
  const [connectionId, receipt] = receiptId.split('-') as [string, string];
  const inbox = await platform.server
    .getWorker('fairlead-tracking')
    .getDurableObjectStorage('CarrierInbox', { name: connectionId });
  const number = Number(receipt) * 8_192 + 4_000;
  await inbox.exec(
    `INSERT INTO dispatches (id, receipt, body, events, sends, next_at, error, parked_at)
     VALUES (?, ?, '{"events":[]}', 1, 8, 0, 'parked for the checks', ?)`,
    number,
    Number(receipt),
    Date.now(),
  );
  return `${connectionId}-${number}`;
}

/** The ids that path placeholders stand for, by the path they are in. */
export function pathParams(path: string, ids: Record<string, string>): Record<string, string> {
  const id = Object.entries({
    '/v1/users/': ids.user,
    '/v1/journeys/': ids.journey,
    '/v1/clients/': ids.client,
    '/v1/invitations/': ids.invitation,
    '/v1/carriers/': ids.carrier,
    '/v1/tenants/': ids.tenant,
    '/v1/connections/': ids.connection,
    '/v1/receipts/': ids.receipt,
    '/v1/dead-letters/': ids.deadLetter,
    '/v1/allocations/': ids.allocation,
    '/v1/bookings/': ids.booking,
    '/v1/shipments/': ids.shipment,
    '/v1/webhook-endpoints/': ids.endpoint,
    '/v1/webhook-deliveries/': ids.delivery,
    '/v1/carrier/customers/': ids.requested,
  }).find(([prefix]) => path.startsWith(prefix))?.[1];
  return {
    ...(id ? { id } : {}),
    number: SHARED_NUMBER,
    device: SHARED_DEVICE,
    tenantId: ids.tenant!,
    connectionId: ids.connection!,
    // One's own sessions are found under one's own name alone: there A's must be nothing to anybody.
    sessionId: ids.session!,
  };
}
