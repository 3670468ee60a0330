import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../contracts/tracking/connection-options.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import type { Env } from '../env.ts';
import { isKnown, signerOf } from './connections.ts';

const id = `con_${'1'.repeat(26)}`;
const connection: ConnectionWithSecrets = {
  id,
  tenantId: 'ten_1',
  carrierId: 'car_1',
  name: '',
  format: 'positions',
  scheme: 'standard-webhooks',
  options: DEFAULT_OPTIONS,
  status: 'active',
  createdAt: '',
  secretRotatedAt: null,
  securityVersion: 1,
  secrets: [],
};

let lookUps: number;
const env = {
  TRACKING: {
    connectionForIngest: async (_context: unknown, asked: { id: string }) => {
      lookUps++;
      return { ok: true, value: asked.id === id ? connection : null };
    },
  },
} as unknown as Env;
const deliver = (to: string) => signerOf(env, to, { headers: new Headers(), body: new Uint8Array() }, async () => null);

beforeEach(() => {
  lookUps = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

it('knows a connection that exists for an hour after it was looked up, though its secrets are read anew', async () => {
  expect(isKnown(id)).toBe(false);
  await deliver(id);
  expect([isKnown(id), lookUps]).toEqual([true, 1]);
  vi.advanceTimersByTime(10_000);
  expect(isKnown(id)).toBe(true);
  await deliver(id);
  expect(lookUps).toBe(2);
  vi.advanceTimersByTime(3_600_001);
  expect(isKnown(id)).toBe(false);
});

it('never knows an id that was made up, however often it is named', async () => {
  const madeUp = `con_${'2'.repeat(26)}`;
  for (let i = 0; i < 3; i++) await deliver(madeUp);
  expect([isKnown(madeUp), lookUps]).toEqual([false, 3]);
});

it('counts a signature that does not fit once, whether the secrets were at hand or had to be read', async () => {
  let counted = 0;
  const wrong = () =>
    signerOf(env, id, { headers: new Headers(), body: new Uint8Array() }, async () => {
      counted++;
      return null;
    });
  await wrong();
  expect(counted).toBe(1);
  await wrong();
  expect(counted).toBe(2);
  vi.advanceTimersByTime(10_000);
  await wrong();
  expect(counted).toBe(3);
});
