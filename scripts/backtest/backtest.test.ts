import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distanceNm } from '../../domain/geo/sphere.ts';
import { busiestPassage, byBox, byColumn, byStops, type Journey, type RecordedFix, type Track } from './journeys.ts';
import { readMilestones } from './milestone-journeys.ts';
import { replayMilestones } from './milestones.ts';
import { chronological, grouped } from './positions.ts';
import { report, scored } from './report.ts';
import { readTracks } from './tracks.ts';

const HOUR = 3_600_000;
const RECORDING = fileURLToPath(new URL('../../../shared/data/ais/suez-march-2021.csv', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** Ships that cross a box from west to east at their own speed, one after the other. */
function ships(count: number): Track[] {
  return Array.from({ length: count }, (_, i) => {
    const knots = 12 + (i % 5);
    const fixes: RecordedFix[] = [];
    for (let h = 0; h < 60; h++)
      fixes.push({ at: (i * 10 + h) * HOUR, lat: 0, lon: -1 + (knots * h) / 60, speedKnots: knots });
    return { id: `ship${i}`, voyage: false, carrierId: null, fixes };
  });
}
const BOX: [number, number, number, number] = [0, -5, 10, 5];

describe('journeys', () => {
  it('are transits from entering a box to leaving it on another side, at the border', () => {
    const [journey] = byBox(ships(1), BOX);
    expect(journey).toMatchObject({ lane: 'W>E' });
    expect(journey!.arrivalAt! / HOUR).toBeCloseTo((11 * 60) / 12, 1);
    expect(journey!.fixes.every(({ lon }) => lon >= 0 && lon <= 10)).toBe(true);
  });

  it('have no arrival where the file ends before it, or is silent over it', () => {
    const [ship] = ships(1);
    const cut = { ...ship!, fixes: ship!.fixes.slice(0, 30) };
    expect(byBox([...ships(3), cut], BOX).at(-1)!.arrivalAt).toBeNull();
    const silent = { ...ship!, fixes: ship!.fixes.filter(({ lon }) => lon < 9 || lon > 11.5) };
    expect(byBox([silent], BOX)).toEqual([]);
  });

  it('are told apart by a column, and end where the ship comes to stay', () => {
    const track: Track = { ...ships(1)[0]!, voyage: true };
    const berth = track.fixes.at(-1)!;
    const stay = Array.from({ length: 20 }, (_, h) => ({ ...berth, at: berth.at + (h + 1) * HOUR }));
    const [journey] = byColumn([{ ...track, fixes: [...track.fixes, ...stay] }]);
    expect(journey!.arrivalAt).toBe(berth.at);
  });

  it('run from stop to stop', () => {
    const still = (at: number, lon: number): RecordedFix[] =>
      Array.from({ length: 6 }, (_, h) => ({ at: at + h * HOUR, lat: 0, lon, speedKnots: 0 }));
    const [ship] = ships(1);
    const last = ship!.fixes.at(-1)!;
    const track = {
      ...ship!,
      fixes: [...still(-6 * HOUR, -1), ...ship!.fixes.slice(1), ...still(last.at + HOUR, last.lon + 0.2)],
    };
    const [journey, ...more] = byStops([track]);
    expect(more).toEqual([]);
    expect(journey!.arrivalAt).toBe(last.at + HOUR);
    expect(distanceNm(journey!.from, journey!.to)).toBeGreaterThan(600);
  });
});

describe('the chronological back-test', () => {
  const journeys = byBox(ships(12), BOX);

  it('knows nothing of what comes later: another future changes no prediction made before it', () => {
    const cut = journeys[7]!.arrivalAt!;
    const before = chronological(journeys).filter(({ at }) => at < cut);
    const other = journeys.map((journey) =>
      journey.arrivalAt! >= cut
        ? { ...journey, arrivalAt: journey.arrivalAt! + 500 * HOUR, fixes: journey.fixes.filter(({ at }) => at < cut) }
        : journey,
    );
    const after = chronological(other).filter(({ at }) => at < cut);
    const plain = (predictions: typeof before) => predictions.map((prediction) => ({ ...prediction, actual: null }));
    expect(before.length).toBeGreaterThan(100);
    expect(plain(after)).toEqual(plain(before));
  });

  it('learns from what has ended', () => {
    const predictions = chronological(journeys);
    const error = (id: string): number => {
      const mine = scored(predictions).filter(({ journey }) => journey.startsWith(`${id}@`));
      return mine.reduce((sum, { hours, actual }) => sum + Math.abs(hours.lane - actual), 0) / mine.length;
    };
    expect(error('ship11')).toBeLessThan(error('ship0') + 5);
  });
});

describe('the folds', () => {
  it('predict no voyage from itself, nor from another of its fold', () => {
    const journeys = byBox(ships(10), BOX);
    // One voyage of its own kind: seen in training it would be predicted well.
    const later = (journey: Journey, hours: number): Journey => ({
      ...journey,
      id: 'odd',
      arrivalAt: journey.arrivalAt! + 300 * HOUR + hours * HOUR,
      fixes: journey.fixes.map((fix) => ({ ...fix, at: fix.at + hours * HOUR })),
    });
    const usual = journeys.slice(1);
    // The second odd one sails when the first has long arrived; both are in the fifth fold.
    const [first, second] = [later(journeys[0]!, 0), later(journeys[0]!, 1_000)];
    const predictions = grouped([...usual.slice(0, 4), first, ...usual.slice(4, 8), second], 5, () => {});
    const own = scored(predictions).filter(({ journey }) => journey === 'odd');
    expect(own.length).toBeGreaterThan(20);
    for (const { hours, actual } of own) expect(Math.abs(hours.ours - actual)).toBeGreaterThan(200);
  });
});

describe('readTracks', () => {
  it('leaves out what cannot be read, thins, and says so', async () => {
    const path = file('positions.csv', [
      'MMSI;BaseDateTime;LAT;LON;SOG',
      '1;2023-01-01T00:00:00;10;20;12.5',
      '1;2023-01-01T00:01:00;10.1;20;12.5',
      '1;2023-01-01T00:10:00;10.2;20;102.3',
      '1;nonsense;10;20;12',
      '1;2023-01-01T00:20:00;95;20;12',
    ]);
    const { tracks, notes } = await readTracks({ file: path }, 5 * 60_000);
    expect(tracks).toHaveLength(1);
    expect(tracks[0]!.fixes.map(({ speedKnots }) => speedKnots)).toEqual([12.5, null]);
    expect(notes.join('\n')).toContain('2 rows without a readable time or position');
  });

  it('reads a time from two columns', async () => {
    const path = file('two.csv', ['ship,day,clock,lat,lon', '1,31/01/2023,06:30,10,20', '1,31/01/2023,07:30,10,21']);
    const { tracks } = await readTracks({ file: path, columns: { id: 'ship', time: 'day+clock' } }, 0);
    expect(tracks[0]!.fixes.map(({ at }) => new Date(at).toISOString())).toEqual([
      '2023-01-31T06:30:00.000Z',
      '2023-01-31T07:30:00.000Z',
    ]);
  });

  it('names the column that it does not find', async () => {
    const path = file('bad.csv', ['a,b', '1,2']);
    await expect(readTracks({ file: path }, 0)).rejects.toThrow('--id-column NAME');
    await expect(readTracks({ file: join(folder, 'none.csv') }, 0)).rejects.toThrow('There is no file');
  });
});

describe('milestones', () => {
  const rows: string[] = ['shipment,event,place,time,classifier,created'];
  for (let i = 0; i < 30; i++) {
    const at = (hours: number): string => new Date(Date.UTC(2024, 0, 1 + i * 2) + hours * HOUR).toISOString();
    rows.push(`S${i},departed,CNSHA,${at(0)},ACT,${at(0)}`);
    rows.push(`S${i},arrived,NLRTM,${at(700)},EST,${at(0)}`);
    rows.push(`S${i},arrived,NLRTM,${at(740 + (i % 4))},EST,`);
    rows.push(`S${i},discharged,SGSIN,${at(150)},ACT,${at(150)}`);
    rows.push(`S${i},arrived,NLRTM,${at(740 + (i % 4))},ACT,${at(750)}`);
  }

  it('end at the target, and know an estimate only from when it was made', async () => {
    const { journeys, target } = await readMilestones({ file: file('ms.csv', rows) }, undefined);
    expect(target).toBe('arrived');
    expect(journeys).toHaveLength(30);
    const [first] = journeys;
    expect(first!.stages.map(({ code }) => code)).toEqual(['departed', 'discharged', 'arrived']);
    expect(first!.lane).toBe('CNSHA>NLRTM');
    // The undated estimate, which knows the truth, is not heard.
    expect(first!.scheduleAt(first!.stages[0]!.at)! - first!.stages[0]!.at).toBe(700 * HOUR);
    expect(first!.scheduleAt(first!.stages[0]!.at - 1)).toBeNull();
  });

  it('are predicted better the more journeys have ended', async () => {
    const { journeys } = await readMilestones({ file: file('ms2.csv', rows) }, undefined);
    const known = scored(replayMilestones(journeys, 0));
    const late = known.slice(-20);
    expect(late.reduce((sum, { hours, actual }) => sum + Math.abs(hours.ours - actual), 0) / late.length).toBeLessThan(
      25,
    );
    const summary = report(known, () => {});
    expect(summary.mae.ours).toBeLessThan(summary.mae.naive!);
  });

  it('read one journey a row by a mapping', async () => {
    const path = file('wide.csv', [
      'nr,pol,atd,std,ata',
      '1,CNSHA,2024-01-01,2023-12-31,2024-01-30',
      '2,CNSHA,2024-01-05,,2024-02-05',
    ]);
    const wide = [
      { milestone: 'departed', actual: 'atd', planned: 'std', placeColumn: 'pol' },
      { milestone: 'arrived', actual: 'ata' },
    ];
    const { journeys, target } = await readMilestones({ file: path, wide }, undefined);
    expect(target).toBe('arrived');
    expect(journeys.map(({ stages }) => stages.map(({ code, place }) => `${code}@${place}`))).toEqual([
      ['departed@CNSHA', 'arrived@'],
      ['departed@CNSHA', 'arrived@'],
    ]);
    await expect(
      readMilestones({ file: path, wide: [{ milestone: 'x', actual: 'none' }, ...wide] }, undefined),
    ).rejects.toThrow('no column "none"');
  });
});

describe('the recording of the Suez Canal in March 2021', () => {
  const here = existsSync(RECORDING);
  if (!here) console.log('skipped: no shared data');
  const name = here
    ? 'is predicted with at most 0.4 of the naive error, in a true interval'
    : 'skipped: no shared data';
  it.skipIf(!here)(name, async () => {
    const { tracks } = await readTracks({ file: RECORDING }, 5 * 60_000);
    const passage = busiestPassage(tracks)!;
    expect(passage.name).toBe('suez');
    const predictions = chronological(byBox(tracks, passage.box));
    const blockedAt = Date.parse('2021-03-23T05:40:00Z');
    const summary = report(
      predictions.filter(({ at }) => at < blockedAt),
      () => {},
    );
    expect(summary.journeys).toBeGreaterThan(80);
    expect(summary.ratio).toBeLessThanOrEqual(0.4);
    expect(summary.coverage80).toBeGreaterThan(0.7);
    expect(summary.coverage80).toBeLessThan(0.9);
  });
});
