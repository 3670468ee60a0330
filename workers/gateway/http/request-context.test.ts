import { Hono } from 'hono';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isSampled } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import type { GatewayTypes } from './context.ts';
import { requestContext } from './request-context.ts';

vi.mock('../env.ts', async (original) => ({ ...(await original<object>()), checkEnv: () => {} }));

let lines: string[];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => vi.restoreAllMocks());

const app = new Hono<GatewayTypes>();
app.use(requestContext);
app.get('/fine', (c) => c.text('fine'));
app.get('/refused', (c) => c.text('no', 403));
app.post('/written', (c) => c.text('done', 201));

/** How many lines as many requests leave. */
async function logged(count: number, path: string, init: RequestInit = {}, env: Partial<Env> = {}): Promise<number> {
  lines = [];
  for (let i = 0; i < count; i++) await app.request(path, init, { ISSUER: 'https://fairlead.test', ...env });
  return lines.filter((line) => line.includes('"event":"request"')).length;
}

it('logs every write and every refusal', async () => {
  expect(await logged(50, '/written', { method: 'POST' }, { LOG_SAMPLE: '0' })).toBe(50);
  expect(await logged(50, '/refused', {}, { LOG_SAMPLE: '0' })).toBe(50);
});

it('logs each read that its caller has named, under an id that every service logs', async () => {
  const named = { headers: { 'x-correlation-id': 'order-4711' } };
  for (const share of ['1', '0.05', '0.0001']) {
    expect(await logged(50, '/fine', named, { LOG_SAMPLE: share })).toBe(50);
    const ids = lines.map((line) => (JSON.parse(line) as { correlationId: string }).correlationId);
    expect(ids.filter((id) => !isSampled(id, share))).toEqual([]);
    expect(new Set(ids).size).toBe(50);
  }
  expect(await logged(50, '/fine', named, { LOG_SAMPLE: '0' })).toBe(0);
});

it('logs the share of other reads that is set, and a tenth when none or nonsense is', async () => {
  expect(await logged(50, '/fine', {}, { LOG_SAMPLE: '0' })).toBe(0);
  expect(await logged(50, '/fine', {}, { LOG_SAMPLE: '1' })).toBe(50);
  for (const env of [{}, { LOG_SAMPLE: 'all' }, { LOG_SAMPLE: '7' }]) {
    // Of 2,000 with a chance of a tenth each: outside these bounds by chance once in 10^13 runs.
    const found = await logged(2_000, '/fine', {}, env);
    expect(found).toBeGreaterThan(100);
    expect(found).toBeLessThan(300);
  }
});
