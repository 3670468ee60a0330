/** What a platform has stored of a tenant, read from its databases and objects and not through its API. */
import { createHash } from 'node:crypto';
import type { Platform } from '../support/harness.ts';

/** Tables whose rows come and go by themselves: quotas, alarms, what is counted of refused requests, and what is named below. */
const RESTLESS = new Set([
  'quotas',
  'deadlines',
  'failures',
  'alerts',
  'migrations',
  'group_migrations',
  // What waits to be sent, and estimates: alarms send the one and make the other anew.
  'outbox',
  'audit_outbox',
  // How an endpoint answers: attempts go on.
  'standing',
  'eta_said',
  'eta_models',
  'distance_fields',
  'journeys',
  'd1_migrations',
]);

/**
 * Of tables whose rows the platform itself goes on with, what it leaves alone: attempts at a delivery, and the ages that
 * a container's alarm brings up to date.
 */
const AT_REST: Record<string, string> = {
  log: 'id, event_id, type, body',
  containers: 'number, carrier_id, destination',
  object: 'tenant_id, open_month, open_points',
};

interface Database {
  prepare(sql: string): { all<T>(): Promise<{ results: T[] }> };
}
interface Storage {
  exec<T>(sql: string): Promise<T[]>;
}

/** The rows of every table that `read` reads, as text. */
async function tablesOf(read: <T>(sql: string) => Promise<T[]>): Promise<string> {
  const tables = await read<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  const names = tables.map(({ name }) => name).filter((name) => !/^(sqlite|_cf)_/.test(name) && !RESTLESS.has(name));
  const rows = await Promise.all(
    names.map(async (name) => [name, await read(`SELECT ${AT_REST[name] ?? '*'} FROM ${name}`)]),
  );
  return JSON.stringify(rows);
}

/** An object's tables. */
async function objectRows(platform: Platform, worker: string, className: string, name: string): Promise<string> {
  const storage = (await platform.server
    .getWorker(worker)
    .getDurableObjectStorage(className, { name })) as unknown as Storage;
  return tablesOf((sql) => storage.exec(sql));
}

/** The policy object of an organisation. */
export const policyRows = (platform: Platform, organisationId: string): Promise<string> =>
  objectRows(platform, 'fairlead-identity', 'TenantPolicy', organisationId);

/** How many failed tries are counted of a network address, by the group of addresses it is in. */
export async function triesFrom(platform: Platform, group: string): Promise<number> {
  const key = createHash('sha256').update(`address:${group}`).digest('hex');
  const storage = (await platform.server
    .getWorker('fairlead-identity')
    .getDurableObjectStorage('LoginThrottle', { name: key.slice(0, 2) })) as unknown as Storage;
  return (await storage.exec<object>(`SELECT 1 FROM failures WHERE key = '${key}'`)).length;
}

/** The names of the parts in which two readings differ. */
export function changedParts(before: Stored, after: Stored): string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}

/** What is stored, part by part: a database or an object. */
export type Stored = Record<string, string>;

/** Everything that is stored of a tenant: rows that name it in every database, and its objects. */
export async function storedOf(
  platform: Platform,
  tenantId: string,
  { container, connection, endpoint }: { container: string; connection: string; endpoint: string },
): Promise<Stored> {
  const [identity, tracking, notifications] = [
    'fairlead-identity',
    'fairlead-tracking',
    'fairlead-notifications',
  ] as const;
  const parts: Record<string, Promise<string>> = {
    directory: databaseRows(platform, identity, ['DIRECTORY'], tenantId),
    shards: databaseRows(platform, 'fairlead-procurement', ['SHARD_0', 'SHARD_1', 'SHARD_2', 'SHARD_3'], tenantId),
    policy: policyRows(platform, tenantId),
    live: objectRows(platform, tracking, 'LiveAccess', tenantId),
    trail: objectRows(platform, 'fairlead-observer', 'AuditTrail', tenantId),
    fleet: objectRows(platform, tracking, 'FleetIndex', tenantId),
    container: objectRows(platform, tracking, 'ContainerTracker', `${tenantId}:${container}`),
    inbox: objectRows(platform, tracking, 'CarrierInbox', connection),
    ledger: objectRows(platform, tracking, 'EtaLedger', tenantId),
    endpoints: objectRows(platform, notifications, 'WebhookEndpoints', tenantId),
    deliveries: objectRows(platform, notifications, 'DeliveryLog', `${tenantId}/${endpoint}`),
  };
  const read = await Promise.all(Object.entries(parts).map(async ([name, rows]) => [name, await rows] as const));
  return Object.fromEntries(read);
}

/** What is stored once the platform's own work on it has come to rest: two readings a moment apart are the same. */
export async function storedAtRest(...of: Parameters<typeof storedOf>): Promise<Stored> {
  let before = await storedOf(...of);
  for (let look = 0; look < 50; look++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await storedOf(...of);
    if (changedParts(before, now).length === 0) return now;
    before = now;
  }
  throw new Error('what is stored does not come to rest');
}

/** The rows of databases that name a tenant. */
async function databaseRows(platform: Platform, worker: string, bindings: string[], tenantId: string): Promise<string> {
  const env = await platform.server.getWorker<Record<string, Database>>(worker).getEnv();
  const texts = await Promise.all(
    bindings.map(async (binding) => {
      const read = async <T>(sql: string): Promise<T[]> => (await env[binding]!.prepare(sql).all<T>()).results;
      const tables = JSON.parse(await tablesOf(read)) as [string, object[]][];
      return tables.map(([name, rows]) => [name, rows.filter((row) => JSON.stringify(row).includes(tenantId))]);
    }),
  );
  return JSON.stringify(texts);
}
