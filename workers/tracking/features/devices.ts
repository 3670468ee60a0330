/** Tracking devices and the containers that they were on. */
import { after, cutPage } from '../../../contracts/kit/paging.ts';
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { ApiPairing } from '../../../contracts/tracking/devices.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { Pairing } from '../../../durable-objects/fleet-index/pairings.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { toInstant, toInstantOrNull } from '../../../platform/instants.ts';
import type { For } from '../request.ts';

const toApi = ({ deviceId, number, fromAt, untilAt }: Pairing): ApiPairing => ({
  device: deviceId,
  container: number,
  from: fromAt === 0 ? null : toInstant(fromAt),
  until: toInstantOrNull(untilAt),
});

/** Devices with the container that each was on last. */
export async function listDevices({ env, scope, input }: For<'listDevices'>): Promise<Answer<Page<ApiPairing>>> {
  const [last] = after<[string]>(input) ?? [''];
  const found = await fleetIndex(env, scope.tenantId).lastPairings(last, input.limit + 1);
  return ok(cutPage(found, input.limit, toApi, ({ deviceId }) => [deviceId]));
}

/** The containers that a device was on. */
export async function listPairings({ env, scope, input }: For<'listPairings'>): Promise<Answer<Page<ApiPairing>>> {
  const [before] = after<[number]>(input) ?? [Number.MAX_SAFE_INTEGER];
  const found = await fleetIndex(env, scope.tenantId).pairingsOf(input.device, before, input.limit + 1);
  return ok(cutPage(found, input.limit, toApi, ({ fromAt }) => [fromAt]));
}

/** Puts a device on a container. Doing it again is the same. */
export async function pairDevice({ env, scope, input }: For<'pairDevice'>): Promise<Answer<ApiPairing>> {
  const { device: deviceId, from, until } = input;
  const number = normalizeContainerNumber(input.container);
  const fromAt = from ? Date.parse(from) : clockFrom(env.DEMO_CLOCK).now();
  const pairing = { deviceId, number, fromAt, untilAt: until ? Date.parse(until) : null };
  const paired = await fleetIndex(env, scope.tenantId).pair(pairing, from !== undefined);
  return paired ? ok(toApi(paired)) : notFound('container');
}

/** Takes a device off its container. */
export async function unpairDevice({ env, scope, input }: For<'unpairDevice'>): Promise<Answer<ApiPairing>> {
  const at = input.at ? Date.parse(input.at) : clockFrom(env.DEMO_CLOCK).now();
  const ended = await fleetIndex(env, scope.tenantId).unpair(input.device, at);
  return ended ? ok(toApi(ended)) : notFound('device on a container');
}
