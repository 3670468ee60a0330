import { reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { etaCommons } from '../eta-commons/stub.ts';
import { bindings } from '../testing/events.ts';
import { endedJourney } from '../testing/journeys.ts';
import { etaLedger } from './stub.ts';
import type { AccuracyQuery } from './types.ts';

const WAY = { origin: 'CNSHA', destination: 'NLRTM', carrierId: 'car_1', legs: ['CNSHA>NLRTM'] };
const WINDOW = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };
const ask = (more: Partial<AccuracyQuery> = {}): AccuracyQuery => ({
  ...WINDOW,
  groupBy: 'horizon',
  limit: 50,
  ...more,
});
const ledger = (tenant = 'ten_1') => etaLedger(bindings, tenant);

async function file(
  count: number,
  tenant = 'ten_1',
  off: Parameters<typeof endedJourney>[1] = {},
  first = 0,
): Promise<void> {
  for (let n = first; n < first + count; n++) await ledger(tenant).record(tenant, endedJourney(n, off));
}

afterEach(() => reset());

describe('accuracy', () => {
  it('compares the sources at each horizon, and pages', async () => {
    await file(5);
    const page = await ledger().accuracy(ask());
    expect(page).toMatchObject({ journeys: 5, counted: 5, nextCursor: null });
    const at = (group: string, source: string) =>
      page.items.find((row) => row.group === group && row.source === source);
    expect(at('48', 'ours')).toMatchObject({
      n: 5,
      maeHours: 5,
      medianHours: 5,
      biasHours: 5,
      coverage80: 1,
      widthHours: 20,
    });
    expect(at('48', 'carrier')).toMatchObject({ maeHours: 20, biasHours: -20, coverage80: null });
    expect(at('336', 'carrier')).toMatchObject({ maeHours: 40 });
    const first = await ledger().accuracy(ask({ limit: 2 }));
    const second = await ledger().accuracy(ask({ limit: 200, cursor: first.nextCursor! }));
    expect([...first.items, ...second.items]).toEqual(page.items);
  });

  it('counts a journey once, however often it is filed, and by its last truth', async () => {
    await file(3);
    const corrected = endedJourney(1);
    corrected.reached.vessel_arrival! += 3_600_000 * 2;
    await ledger().record('ten_1', corrected);
    const page = await ledger().accuracy(ask({ horizonHours: 48, source: 'ours' }));
    expect(page.items).toMatchObject([{ n: 3, journeys: 3, maeHours: expect.closeTo(13 / 3, 1) }]);
  });

  it('filters and groups', async () => {
    await file(4);
    await file(3, 'ten_1', { carrierId: 'car_2', ours: 20 }, 10);
    const rows = (await ledger().accuracy(ask({ groupBy: 'carrier', source: 'ours', horizonHours: 24 }))).items;
    expect(rows.map(({ group, n, maeHours }) => [group, n, maeHours])).toEqual([
      ['car_1', 4, 5],
      ['car_2', 3, 20],
    ]);
    expect((await ledger().accuracy(ask({ groupBy: 'lane', carrierId: 'car_2' }))).items[0]!.group).toBe('CNSHA>NLRTM');
    expect((await ledger().accuracy(ask({ origin: 'XXXXX' }))).items).toEqual([]);
    expect((await ledger().accuracy(ask({ to: WINDOW.from + 1 }))).journeys).toBe(0);
  });
});

describe('reliability', () => {
  it('says how late, how often changed, and how complete; and nothing of a carrier without arrivals', async () => {
    await file(4);
    expect(await ledger().reliability({ carrierId: 'car_1', ...WINDOW })).toMatchObject({
      journeys: 4,
      evaluated: 4,
      onTimeShare: 0,
      meanLatenessHours: 48,
      lateByHours: 48,
      etaRevisions: 1,
      milestoneCompleteness: 0.6,
      ourRevisions: 0,
    });
    expect(await ledger().reliability({ carrierId: 'car_9', ...WINDOW })).toMatchObject({
      journeys: 0,
      onTimeShare: null,
    });
  });
});

describe('training', () => {
  it('waits for more news, then gives containers its models, and has nothing to do twice', async () => {
    await file(15);
    const stub = bindings.ETA_LEDGER.get(bindings.ETA_LEDGER.idFromName('ten_1'));
    expect((await ledger().models('ten_1', WAY)).version).toBeNull();
    // An hour has not passed: the alarm finds nothing due.
    await runDurableObjectAlarm(stub);
    expect((await ledger().versions({ limit: 10 })).items).toEqual([]);
    const made = await ledger().train('ten_1', WINDOW.from);
    expect(made).toMatchObject({ version: 'v1', state: 'active', lanes: 1, journeys: 15, previousMaeHours: null });
    expect(made!.maeHours).toBeLessThan(10);
    const models = await ledger().models('ten_1', WAY);
    expect(models).toMatchObject({ version: 'v1', lanes: { 'CNSHA>NLRTM': { legs: 15 } } });
    expect(models.lanes['CNSHA>NLRTM']!.curveHours[0]).toBeGreaterThan(595);
    expect(models.stages.vessel_arrival!.lane!.spreads['departed@CNSHA']!.n).toBe(15);
    expect(models.stays['before@CNSHA']).toMatchObject({ n: 15 });
    expect(await ledger().train('ten_1', WINDOW.from)).toBeNull();
  });

  it('rolls out what is no worse, refuses what is, and goes back when told', async () => {
    await file(20);
    await ledger().train('ten_1', 1);
    await file(5, 'ten_1', {}, 20);
    expect(await ledger().train('ten_1', 2)).toMatchObject({ version: 'v2', state: 'active' });
    expect(await ledger().activate('v1')).toMatchObject({
      ok: true,
      value: { version: 'v1', state: 'active', pinned: true },
    });
    expect((await ledger().models('ten_1', WAY)).lanes['CNSHA>NLRTM']!.legs).toBe(20);
    await file(1, 'ten_1', {}, 25);
    expect(await ledger().train('ten_1', 3)).toMatchObject({ version: 'v3', state: 'ready' });
    expect((await ledger().models('ten_1', WAY)).version).toBe('v1');
    expect(await ledger().activate('newest')).toMatchObject({ ok: true, value: { version: 'v3', pinned: false } });
    expect(await ledger().activate('v99')).toMatchObject({ ok: false, code: 'not_found' });
    const { items } = await ledger().versions({ limit: 10 });
    expect(items.map(({ version, state }) => [version, state])).toEqual([
      ['v3', 'active'],
      ['v2', 'ready'],
      ['v1', 'ready'],
    ]);
  });

  it('does not roll out a model that does worse on the newest legs', async () => {
    await file(20, 'ten_1', { hours: 500 });
    await ledger().train('ten_1', 1);
    // Legs of before, filed late, teach slow ships; new ones are as fast as the model in force knows them.
    for (let n = 0; n < 44; n++) {
      const old = endedJourney(n + 100, { hours: 1_500 });
      const shift = 365 * 86_400_000;
      old.legs[0]!.startedAt -= shift;
      old.legs[0]!.endedAt -= shift;
      await ledger().record('ten_1', old);
    }
    await file(12, 'ten_1', { hours: 500 }, 20);
    expect(await ledger().train('ten_1', 2)).toMatchObject({ version: 'v2', state: 'rejected' });
    expect((await ledger().models('ten_1', WAY)).version).toBe('v1');
    expect(await ledger().activate('v2')).toMatchObject({ ok: false });
  });
});

describe('the commons', () => {
  it('are given again what they could not take; the tenant has its models all the same', async () => {
    await etaCommons(bindings).models(WAY);
    const broken = bindings.ETA_COMMONS.get(bindings.ETA_COMMONS.idFromName('lanes'));
    await runInDurableObject(broken, (_, { storage }) => {
      storage.sql.exec('ALTER TABLE contributions RENAME TO away');
    });
    await file(6);
    expect(await ledger().train('ten_1', 1)).toMatchObject({ version: 'v1', state: 'active' });
    expect((await ledger().models('ten_1', WAY)).version).toBe('v1');
    await runInDurableObject(broken, (_, { storage }) => {
      storage.sql.exec('ALTER TABLE away RENAME TO contributions');
    });
    expect(await ledger().train('ten_1', 2)).toMatchObject({ version: 'v2' });
    expect(await ledger().train('ten_1', 3)).toBeNull();
  });

  it('help a new tenant once three others know a lane, and show nothing of theirs', async () => {
    for (const tenant of ['ten_a', 'ten_b']) {
      await file(6, tenant, { carrierId: 'car_secret' });
      await ledger(tenant).train(tenant, 1);
    }
    expect((await ledger('ten_new').models('ten_new', WAY)).version).toBeNull();
    await file(6, 'ten_c', { carrierId: 'car_secret' });
    await ledger('ten_c').train('ten_c', 1);
    const models = await ledger('ten_new').models('ten_new', WAY);
    expect(models.version).toBe('common');
    expect(models.lanes['CNSHA>NLRTM']).toMatchObject({ legs: 18, analogues: [] });
    expect(models.stages.vessel_arrival!.lane!.spreads['departed@CNSHA']!.n).toBe(18);
    expect(models.stays['before@CNSHA']).toMatchObject({ n: 18 });
    const all = JSON.stringify([models, await etaCommons(bindings).models(WAY)]);
    expect(all).not.toMatch(/car_secret|ten_|TEST\d/);
  });
});
