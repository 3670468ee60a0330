/**
 * Every method of every service, called directly: the gateway's check is the first lock, never the
 * only one. A foreign actor with all roles of its own tenant gets nothing of tenant A's, and an actor
 * without roles gets nothing at all.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../../contracts/actor.ts';
import { spaceOf } from '../support/fixtures.ts';
import { type Platform, ROOT } from '../support/harness.ts';
import { SHARED_NUMBER, type World } from '../support/world.ts';
import type { MatrixReport } from './matrix.ts';

const SERVICES = ['identity', 'tracking', 'procurement', 'notifications'] as const;

/** Methods without an actor, each for a reason: what they take is itself the proof, or it is public. */
const WITHOUT_ACTOR: Record<string, string> = {
  queue: 'messages of our own queues',
  scheduled: 'the platform’s own clock',
  connectionForIngest: 'for the signature check of a webhook, which has no actor yet',
  passwordLinkTarget: 'the link is the proof',
  choosePassword: 'the link is the proof',
  isCorsOrigin: 'whether an origin is registered, for preflights; names no tenant',
  redeemTicket: 'the ticket is the proof',
  jwks: 'public keys',
  checkAuthorization: 'before anybody has signed in',
  login: 'the password is the proof',
  finishLogin: 'the second factor is the proof',
  token: 'the client proves itself',
  introspect: 'the client proves itself',
  revoke: 'the client proves itself',
};

/** A method as its source declares it. */
export interface Method {
  service: string;
  name: string;
  parameters: string[];
}

/** The public methods of a service, read from its source: what RPC exposes. */
export function methodsOf(service: string): Method[] {
  const source = readFileSync(join(ROOT, `workers/${service}/service.ts`), 'utf8');
  return [...source.matchAll(/^ {2}(?:override )?(?:async )?(\w+)\(([\s\S]*?)\)(?:: [^{]+)? \{$/gm)].map((match) => ({
    service,
    name: match[1]!,
    parameters: [...match[2]!.matchAll(/(?:^|,)\s*(\w+)\??:/g)].map((parameter) => parameter[1]!),
  }));
}

const OBJECTS: [RegExp, string][] = [
  [/CarrierBooking/, 'requested'],
  [/Booking/, 'booking'],
  [/Allocation/, 'allocation'],
  [/Shipment/, 'shipment'],
  [/Invitation/, 'invitation'],
  [/Client/, 'client'],
  [/Carrier/, 'carrier'],
  [/Connection/, 'connection'],
  [/Receipt/, 'receipt'],
  [/DeadLetter/, 'deadLetter'],
  [/Endpoint/, 'endpoint'],
  [/replayDelivery/, 'delivery'],
  [/User/, 'user'],
];

/** Arguments that name tenant A's things, by the parameter's name. */
function argumentFor(method: Method, parameter: string, world: World): unknown {
  const { ids } = world.a;
  const object = OBJECTS.find(([pattern]) => pattern.test(method.name))?.[1];
  const values: Record<string, unknown> = {
    id: object ? ids[object] : 'none',
    userId: ids.user,
    tenantId: ids.tenant,
    sessionId: ids.session,
    connectionId: ids.connection,
    endpointId: ids.endpoint,
    number: SHARED_NUMBER,
    version: 'v1',
    key: randomUUID(),
    idempotencyKey: randomUUID(),
    expectedVersion: 1,
    query: queryFor(method.name),
    action: 'replay',
    topic: 'fleet',
    code: '000000',
    password: 'not the password',
    address: '203.0.113.1',
    immediately: false,
    document: { allowedAddresses: [], blockedAddresses: [], corsOrigins: [] },
    limits: {
      tenantPerMinute: 10_000_000,
      subjectPerMinute: 10_000_000,
      features: { live: true, outbound_webhooks: true, sea_routes: true },
    },
    registrations: [{ number: SHARED_NUMBER }],
    delivery: {
      connection: { id: ids.connection, tenantId: ids.tenant, carrierId: ids.carrier, format: 'positions' },
      contentType: 'application/json',
      body: new TextEncoder().encode('[]'),
    },
    input: inputFor(method.name, world),
  };
  return values[parameter];
}

/** A query that every method can read. */
function queryFor(method: string): object {
  const places = { from: 'CNSHA', to: 'NLRTM', avoid: [] };
  const times = { groupBy: 'horizon', from: 0, to: 86_400_000 };
  return { limit: 50, resolutionSeconds: 0, ...(/etaAccuracy|carrierReliability/.test(method) ? times : places) };
}

function inputFor(method: string, { a }: World): unknown {
  const person = { email: `${randomUUID()}@people.example`, name: 'X', role: 'viewer' };
  const inputs: Record<string, unknown> = {
    createTenant: { name: 'X', slug: 'xx', admin: { ...person, password: 'a long password' } },
    createUser: { ...person, password: 'a long password' },
    changeUser: { name: 'X', role: 'viewer', status: 'disabled' },
    createInvitation: { email: person.email, role: 'viewer' },
    createClient: { name: 'X', role: 'viewer' },
    changeClient: { name: 'X', scopes: null, status: 'disabled' },
    createCarrier: { scac: 'OCEA', name: 'X' },
    changePassword: { current: 'not the password', next: 'a long password' },
    createConnection: { name: 'X', carrierId: a.ids.carrier, format: 'dcsa', scheme: 'dcsa' },
    createAllocation: { ...spaceOf(a.ids.carrier!, 1), unit: 'container', confirmation: 'instant' },
    createBooking: { allocationId: a.ids.allocation, quantity: 1, containers: [] },
    transitionBooking: { to: 'cancelled' },
    transitionCarrierBooking: { to: 'cancelled' },
    createEndpoint: { url: 'https://x.example.com/', types: [], description: '' },
  };
  return inputs[method];
}

/** Parameters that name a thing of A's. */
const NAMING = ['id', 'userId', 'tenantId', 'sessionId', 'connectionId', 'endpointId', 'delivery'];
/** What A and B share: a carrier both work with. */
const SHARED = ['getCarrier', 'carrierReliability'];

type Service = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Calls every method as the two outsiders; adds to the report. */
export async function checkServices(
  platform: Platform,
  world: World,
  report: MatrixReport,
  plant: (method: Method, actor: Actor) => Actor = (_method, actor) => actor,
): Promise<number> {
  const foreign: Actor = {
    tenantId: world.b.ids.tenant!,
    subject: 'cli_foreign',
    kind: 'client',
    roles: ['tenant_admin'],
    scopes: null,
    sessionId: null,
    correlationId: 'authz-check',
  };
  const nobody: Actor = { ...foreign, tenantId: world.a.ids.tenant!, roles: [] };
  const methods = SERVICES.flatMap(methodsOf);
  for (const method of methods) {
    if (method.parameters[0] !== 'actor') {
      if (!(method.name in WITHOUT_ACTOR)) report.undeclared.push(`${method.service}.${method.name} takes no actor`);
      continue;
    }
    const service = (await platform.server.getWorker(`fairlead-${method.service}`).getExport()) as unknown as Service;
    const call = async (actor: Actor): Promise<{ ok?: boolean; code?: string; value?: unknown }> => {
      report.cells++;
      const rest = method.parameters.slice(1).map((name) => argumentFor(method, name, world));
      return (await service[method.name]!(plant(method, actor), ...rest)) as { ok?: boolean };
    };
    const answer = await call(foreign);
    const shown = JSON.stringify(answer);
    // Who names A's thing must be refused: what a method does there need not show in its answer.
    const names = method.parameters.some((name) => NAMING.includes(name)) && !SHARED.includes(method.name);
    if (names && answer.ok !== false) report.leaks.push(`${method.service}.${method.name} acts on what is A’s`);
    for (const [name, id] of Object.entries({ ...world.a.ids, marker: world.a.marker })) {
      if (name !== 'carrier' && shown.includes(id))
        report.leaks.push(`${method.service}.${method.name} shows A’s ${name}`);
    }
    const refused = await call(nobody);
    // Who one is, anybody may know of oneself.
    if (method.name !== 'me' && refused.code !== 'forbidden') {
      report.leaks.push(`${method.service}.${method.name} lets an actor without roles pass (${refused.code ?? 'ok'})`);
    }
  }
  return methods.length;
}
