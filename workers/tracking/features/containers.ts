/** Containers of a tenant: registration and reads. The object's name holds the tenant: no other can be reached. */
import { and, eq, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import {
  type Answer,
  type Failure,
  invalid,
  notFound,
  ok,
  type Page,
  type Result,
} from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { ApiContainer, ApiPosition, FleetLine } from '../../../contracts/tracking/containers.ts';
import type { ApiJourneyEvent } from '../../../contracts/tracking/journey-event.ts';
import type { Registered, Registration } from '../../../contracts/tracking/registrations.ts';
import type { FleetSummary } from '../../../domain/container/state.ts';
import {
  isPlaceholderNumber,
  isValidContainerNumber,
  normalizeContainerNumber,
} from '../../../domain/identifiers/iso6346.ts';
import { containerTracker } from '../../../durable-objects/container-tracker/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import { keyMismatch, plainRequestHash } from '../../../platform/request-hash.ts';
import { portOf } from '../../../reference/ports.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { trackedContainer } from '../../../durable-objects/container-tracker/tracked.ts';
import { releaseClaimed } from './unclaimed.ts';

const REFERENCE = /^[A-Z0-9]{4,17}$/;

/** Registers containers; a wrong check digit is warned of and kept, since real ones occur. */
export async function registerContainers({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'registerContainers'>): Promise<Answer<Registered>> {
  const { containers } = input;
  const refused = numberFaults(containers) ?? (await carrierFaults(env, scope, containers));
  if (refused) return refused;
  const index = fleetIndex(env, scope.tenantId);
  const request = {
    operation: `containers:${scope.subject}`,
    key,
    requestHashes: [await plainRequestHash(scope, containers)] as const,
  };
  const known = await index.storedAnswer<Registered>(request);
  const stored =
    known ??
    // Registering is the same when done twice, so a crash before the record costs nothing but the work.
    (await index.applyWithAnswer(scope.tenantId, await register(env, scope, containers, now), {
      ...request,
      answer: registered(containers),
    }));
  if (stored !== 'mismatch') await afterRegistration(env, scope.tenantId, containers, stored.replayed);
  return stored === 'mismatch' ? keyMismatch() : { ok: true, value: stored.answer, replayed: stored.replayed };
}

/**
 * What follows a registration: its devices are on their containers, and what had waited of its numbers goes on. One that is
 * answered once more moves no device that has been paired since.
 */
async function afterRegistration(
  env: Env,
  tenantId: string,
  registrations: readonly Registration[],
  isReplayed = false,
): Promise<void> {
  const now = clockFrom(env.DEMO_CLOCK).now();
  const devices = registrations.flatMap(({ number, deviceId, beginsAt }) => {
    if (deviceId === undefined) return [];
    const from = beginsAt ? Date.parse(beginsAt) : now;
    return [{ number: normalizeContainerNumber(number), deviceId, from, isFromKnown: beginsAt !== undefined }];
  });
  if (devices.length > 0) await fleetIndex(env, tenantId).pairRegistered(devices, isReplayed);
  await releaseClaimed(
    env,
    tenantId,
    registrations.map(({ number }) => normalizeContainerNumber(number)),
  );
}

/** Registers the containers of a booking; `registeredAt` is when it was confirmed. What it says is taken back with it. */
export async function registerBooked(
  env: Env,
  scope: Scope,
  registrations: Registration[],
  registeredAt: number,
): Promise<Result<Registered>> {
  const bookingId = registrations[0]?.bookingId ?? undefined;
  if (bookingId && (await fleetIndex(env, scope.tenantId).isCancelled(bookingId))) return ok({ items: [] });
  // A number that is none costs its neighbours nothing.
  const good = registrations.filter((registration) => numberFaults([registration]) === null);
  const summaries = await register(env, scope, good, registeredAt, bookingId);
  await fleetIndex(env, scope.tenantId).apply(scope.tenantId, summaries);
  await afterRegistration(env, scope.tenantId, good);
  return ok(registered(good));
}

/** Carriers that are none of the tenant's: nothing would ever be said by them. */
async function carrierFaults(env: Env, scope: Scope, registrations: Registration[]): Promise<Failure | null> {
  const named = [...new Set(registrations.flatMap(({ carrierId }) => carrierId ?? []))];
  if (named.length === 0) return null;
  const own = and(
    eq(tenantCarriers.tenantId, scope.tenantId),
    inArray(tenantCarriers.carrierId, named.slice(0, BOUND_MAX)),
  );
  const rows = await drizzle(env.DIRECTORY).select({ id: tenantCarriers.carrierId }).from(tenantCarriers).where(own);
  const known = new Set(rows.map(({ id }) => id));
  const faults = registrations.flatMap(({ carrierId }, i) =>
    carrierId && !known.has(carrierId)
      ? [{ pointer: `/containers/${i}/carrierId`, code: 'unknown', detail: 'There is no such carrier' }]
      : [],
  );
  return faults.length > 0 ? invalid(faults) : null;
}

/** D1 binds 100 values to a statement; a request that names more carriers than that has others than a tenant has. */
const BOUND_MAX = 90;

/** Takes back what a booking has said of its containers, as far as they are tracked. */
export async function takeBackBooked(
  env: Env,
  scope: Scope,
  bookingId: string,
  numbers: string[],
  at: number,
): Promise<void> {
  const { tenantId, correlationId } = scope;
  const index = fleetIndex(env, tenantId);
  // Its confirmation may still be on the way: messages come at least once, in no order.
  await index.noteCancelled(bookingId, at);
  const { claimed } = await index.claimedOf(numbers.map(normalizeContainerNumber));
  const summaries = await mapLimit(claimed, FAN_OUT, (number) => {
    const call = { tenantId, number, registration: null, source: bookingId, registeredAt: at, correlationId };
    return containerTracker(env, tenantId, number).register(call);
  });
  await index.apply(tenantId, summaries);
}

function numberFaults(registrations: Registration[]): Failure | null {
  const faults = registrations.flatMap(({ number }, i) => {
    const pointer = `/containers/${i}/number`;
    const normal = normalizeContainerNumber(number);
    if (!REFERENCE.test(normal)) return [{ pointer, code: 'invalid', detail: 'must be 4 to 17 letters and digits' }];
    return isPlaceholderNumber(normal) ? [{ pointer, code: 'placeholder', detail: 'is no container’s number' }] : [];
  });
  return faults.length > 0 ? invalid(faults) : null;
}

async function register(
  env: Env,
  scope: Scope,
  registrations: Registration[],
  registeredAt: number,
  source?: string,
): Promise<FleetSummary[]> {
  // Before the lines: one that was untracked may have a line again.
  await fleetIndex(env, scope.tenantId).track(registrations.map(({ number }) => normalizeContainerNumber(number)));
  return mapLimit(registrations, FAN_OUT, ({ number: written, ...registration }) => {
    const number = normalizeContainerNumber(written);
    return containerTracker(env, scope.tenantId, number).register({
      tenantId: scope.tenantId,
      number,
      registration: { ...registration, ...lane(registration) },
      ...(source ? { source } : {}),
      registeredAt,
      correlationId: scope.correlationId,
    });
  });
}

/** Its ports under the codes that stand for them, as in the events that are compared with them. */
function lane({ origin, destination }: Omit<Registration, 'number'>): Pick<Registration, 'origin' | 'destination'> {
  const standing = (code: string): string => portOf(code)?.code ?? code;
  return {
    ...(origin ? { origin: standing(origin) } : {}),
    ...(destination ? { destination: standing(destination) } : {}),
  };
}

function registered(registrations: Registration[]): Registered {
  return {
    items: registrations.map((registration) => {
      const number = normalizeContainerNumber(registration.number);
      return { number, warnings: warningsOf(registration, number) };
    }),
  };
}

function warningsOf(registration: Registration, number: string): string[] {
  const warnings: string[] = [];
  if (!isValidContainerNumber(number)) warnings.push(`${number} fails the ISO 6346 check digit`);
  for (const code of [registration.origin, registration.destination]) {
    if (code && !portOf(code)) warnings.push(`${code} is not in the port table: no route or ETA`);
  }
  return warnings;
}

/** A page of the fleet. */
export async function listContainers({ env, scope, input }: For<'listContainers'>): Promise<Answer<Page<FleetLine>>> {
  return ok(JSON.parse(await fleetIndex(env, scope.tenantId).list(input)) as Page<FleetLine>);
}

/** The instant of a query, ms. */
export const instantOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** One container's state with its age. */
export async function getContainer({ env, scope, input }: For<'getContainer'>): Promise<Answer<ApiContainer>> {
  const tracker = await trackedContainer(env, scope, input.number);
  const container = await tracker?.view(instantOf(input.asOf));
  return container ? ok(container) : notFound('container');
}

/** A container's journey events by time. */
export async function listEvents({
  env,
  scope,
  input: { number, asOf, ...paging },
}: For<'listEvents'>): Promise<Answer<Page<ApiJourneyEvent>>> {
  const tracker = await trackedContainer(env, scope, number);
  const page = await tracker?.events({ ...paging, asOf: instantOf(asOf) });
  return page ? ok(page) : notFound('container');
}

/** A container's positions by time. */
export async function listPositions({
  env,
  scope,
  input: { number, from, to, resolution, asOf, ...paging },
}: For<'listPositions'>): Promise<Answer<Page<ApiPosition>>> {
  const tracker = await trackedContainer(env, scope, number);
  const page = await tracker?.positions({
    ...paging,
    from: instantOf(from),
    to: instantOf(to),
    asOf: instantOf(asOf),
    resolutionSeconds: resolution,
  });
  return page ? ok(page) : notFound('container');
}
