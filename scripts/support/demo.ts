/** The demonstration: a tenant with people, carriers, containers and contracted space. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api.ts';
import { writeSecretFile } from './files.ts';
import { createTenantWithAdmin, inviteAndAccept } from './invitations.ts';
import { LANES, makeContainers, type SimulatedContainer, stateAt } from './voyages.ts';

/** A connection with its secret, as the simulated carriers need it. */
export interface DemoConnection {
  id: string;
  scheme: 'standard-webhooks' | 'dcsa';
  secret: string;
}

/** A sailing with space to book. */
export interface DemoSailing {
  id: string;
  origin: string;
  destination: string;
  /** When it leaves, the world's ms; absent in data folders of 0.4.0, whose sailings have left. */
  departureAt?: number;
}

/** Everything a restart needs to know of the demonstration. */
export interface Demo {
  tenantId: string;
  logins: { role: string; email: string; password: string }[];
  client: { id: string; secret: string };
  carriers: { id: string; name: string; events: DemoConnection; positions: DemoConnection }[];
  allocations: DemoSailing[];
  fullAllocationId: string;
  containers: SimulatedContainer[];
  /** The world's instant up to which milestones have been posted. */
  postedUntil: number;
}

const fileOf = (dataDir: string): string => join(dataDir, 'demo.json');

/** The demonstration of a data folder, or null on an empty one. */
export function loadDemo(dataDir: string): Demo | null {
  return existsSync(fileOf(dataDir)) ? (JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Demo) : null;
}

/** Stores the demonstration; the file holds passwords and is for this user alone. */
export function saveDemo(dataDir: string, demo: Demo): void {
  writeSecretFile(fileOf(dataDir), JSON.stringify(demo));
}

/** Counts the attempts to create the demonstration in a data folder, this one included. */
export function nextAttempt(dataDir: string): number {
  const file = join(dataDir, 'demo-attempts');
  const attempt = (existsSync(file) ? Number(readFileSync(file, 'utf8')) || 0 : 0) + 1;
  writeFileSync(file, String(attempt));
  return attempt;
}

const PEOPLE = [
  ['procurement_manager', 'Priya Procurement', 'procurement'],
  ['operations', 'Omar Operations', 'operations'],
  ['finance', 'Fatima Finance', 'finance'],
  ['viewer', 'Victor Viewer', 'viewer'],
] as const;

const CARRIERS = [
  {
    scac: 'NOWL',
    name: 'Northwind Ocean Lines',
    contactEmail: 'desk@northwind.example',
    contactPhone: '+45 00 00 00 00',
    scheme: 'standard-webhooks',
  },
  {
    scac: 'STRL',
    name: 'Strait Line',
    contactEmail: 'ops@straitline.example',
    contactPhone: '+65 0000 0000',
    scheme: 'dcsa',
  },
] as const;

const DAY_MS = 86_400_000;
const CONTAINERS = 48;

/**
 * Creates the demonstration through the public API. `worldNow` is the platform's present. A first
 * attempt that was cut off leaves a tenant behind: `attempt` keeps the names of the next apart.
 */
export async function createDemo(
  origin: string,
  operatorSecret: string,
  worldNow: number,
  signIn: (email: string, password: string) => Promise<string>,
  attempt = 1,
): Promise<Demo> {
  const domain = attempt === 1 ? 'demo.example' : `demo${attempt}.example`;
  const operator = new ApiClient(origin, { id: 'platform-operator', secret: operatorSecret });
  const password = randomBytes(9).toString('base64url');
  const adminEmail = `admin@${domain}`;
  const slug = attempt === 1 ? 'harbour-hill' : `harbour-hill-${attempt}`;
  const tenant = await createTenantWithAdmin(
    operator,
    { name: 'Harbour & Hill Trading', slug, email: adminEmail },
    { name: 'Ada Admin', password },
  );
  const bearer = { authorization: `Bearer ${await signIn(adminEmail, password)}` };
  const user = new ApiClient(origin, null);
  const client = await user.must('POST', '/v1/clients', { name: 'Demonstration', role: 'tenant_admin' }, bearer);
  const api = new ApiClient(origin, { id: client.id, secret: client.secret });
  const logins = [{ role: 'tenant_admin', email: adminEmail, password }];
  const join = async (inviter: ApiClient, role: string, name: string, email: string, carrierId?: string) => {
    await inviteAndAccept(inviter, { email, role, ...(carrierId ? { carrierId } : {}) }, { name, password });
    logins.push({ role, email, password });
  };
  for (const [role, name, mailbox] of PEOPLE) await join(api, role, name, `${mailbox}@${domain}`);
  const carriers: Demo['carriers'] = [];
  for (const { scheme, ...carrier } of CARRIERS) carriers.push(await createCarrier(api, carrier, scheme));
  await join(operator, 'carrier_user', 'Carla Carrier', `carrier@${domain}`, carriers[0]!.id);
  await join(operator, 'platform_operator', 'Oscar Operator', `operator@${domain}`);
  const containers = makeContainers(CONTAINERS, worldNow);
  await registerAll(api, containers, carriers, worldNow);
  const allocations = await createAllocations(api, carriers, worldNow);
  return {
    tenantId: tenant.id,
    logins,
    client: { id: client.id, secret: client.secret },
    carriers,
    ...allocations,
    containers,
    postedUntil: worldNow - 60 * DAY_MS,
  };
}

async function createCarrier(
  api: ApiClient,
  facts: object,
  scheme: DemoConnection['scheme'],
): Promise<Demo['carriers'][number]> {
  const carrier = await api.must('POST', '/v1/carriers', facts);
  const connect = (format: string): Promise<DemoConnection> =>
    api.must('POST', '/v1/connections', { name: `${carrier.name} ${format}`, carrierId: carrier.id, format, scheme });
  return { id: carrier.id, name: carrier.name, events: await connect('dcsa'), positions: await connect('positions') };
}

async function registerAll(
  api: ApiClient,
  containers: SimulatedContainer[],
  carriers: Demo['carriers'],
  worldNow: number,
): Promise<void> {
  const registrations = containers.map((container, i) =>
    registrationOf(container, carriers[container.carrier]!.id, worldNow, i),
  );
  await api.must('POST', '/v1/containers', { containers: registrations });
}

/** What the tenant says of a simulated container at an instant: its present leg. */
export function registrationOf(container: SimulatedContainer, carrierId: string, at: number, i: number): object {
  const leg = stateAt(container, at);
  // Some promises are tighter than the ship is fast: there must be something to be alarmed about.
  const slackDays = i % 6 === 0 ? -3 : 2;
  return {
    number: container.number,
    origin: leg.from,
    destination: leg.to,
    carrierId,
    reference: `PO-${4_100 + i}`,
    promisedArrivalAt: new Date(leg.arrivalAt + slackDays * DAY_MS).toISOString(),
    ...(container.reefer ? { temperatureRangeC: { min: -22, max: -16 } } : {}),
  };
}

/** How long before its departure a sailing is offered. */
const OFFERED_DAYS = 30;

/** Offers space on a sailing; `i` is its lane's number, which says whose it is and who confirms. */
async function offer(
  api: ApiClient,
  carriers: Demo['carriers'],
  [origin, destination]: [string, string],
  { i, capacity, departureAt }: { i: number; capacity: number; departureAt: number },
): Promise<DemoSailing> {
  const { id } = await api.must('POST', '/v1/allocations', {
    carrierId: carriers[i % carriers.length]!.id,
    origin,
    destination,
    period: `Sailing of ${new Date(departureAt).toISOString().slice(0, 10)}`,
    capacity,
    departureAt: new Date(departureAt).toISOString(),
    arrivalAt: new Date(departureAt + 28 * DAY_MS).toISOString(),
    confirmation: i % 4 === 3 ? 'carrier' : 'instant',
  });
  return { id, origin, destination, departureAt };
}

async function createAllocations(
  api: ApiClient,
  carriers: Demo['carriers'],
  worldNow: number,
): Promise<Pick<Demo, 'allocations' | 'fullAllocationId'>> {
  const departure = (i: number): number => worldNow + (OFFERED_DAYS + i) * DAY_MS;
  const made: DemoSailing[] = [];
  for (const [i, lane] of LANES.slice(0, 6).entries()) {
    made.push(await offer(api, carriers, lane, { i, capacity: 40 - i * 5, departureAt: departure(i) }));
  }
  const full = await offer(api, carriers, LANES[0]!, { i: 6, capacity: 1, departureAt: departure(6) });
  await api.must('POST', '/v1/bookings', { allocationId: full.id, quantity: 1, reference: 'Last box' });
  await api.must('POST', '/v1/bookings', {
    allocationId: made[0]!.id,
    quantity: 3,
    reference: 'Autumn range',
    containers: ['FLDU9000013', 'FLDU9000029'],
  });
  return { allocations: made, fullAllocationId: full.id };
}

/** Offers the next sailing of each lane whose sailing leaves within a day: the world's clock runs on. */
export async function offerNextSailings(api: ApiClient, demo: Demo, worldNow: number): Promise<void> {
  for (const [i, { origin, destination, departureAt = 0 }] of demo.allocations.entries()) {
    if (departureAt > worldNow + DAY_MS) continue;
    const next = { i, capacity: 40 - i * 5, departureAt: worldNow + OFFERED_DAYS * DAY_MS };
    demo.allocations[i] = await offer(api, demo.carriers, [origin, destination], next);
  }
}
