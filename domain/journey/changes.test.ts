import { expect, it } from 'vitest';
import { changesBetween, changesOfJourneys } from './changes.ts';
import { foldJourney } from './fold.ts';
import { inForce } from './log.ts';
import type { Milestone } from './milestone.ts';
import { event, HOUR, logOf } from './test-log.ts';

const milestones = (...said: [code: string, hour: number, place: string][]): Milestone[] =>
  foldJourney(
    inForce(
      logOf(
        said.map(([code, hour, place], i) => ({
          receivedAt: i,
          events: [event({ code, at: hour * HOUR, location: { unLocationCode: place } })],
        })),
      ),
    ),
  ).milestones;
const inShort = (before: Milestone[], after: Milestone[]) =>
  changesBetween(before, after).map(({ kind, milestone, before: was }) =>
    [kind, milestone.code, was && `${was.location?.unLocationCode} ${was.at / HOUR}`].filter(Boolean).join(' '),
  );

it('tells what was reached, corrected in time or place, and withdrawn; and nothing when nothing has changed', () => {
  const loaded = milestones(['LOAD', 10, 'CNSHA']);
  const landed = milestones(['LOAD', 10, 'CNSHA'], ['DISC', 400, 'NLRTM']);
  expect(inShort(loaded, landed)).toEqual(['reached discharged']);
  expect(inShort(landed, loaded)).toEqual(['withdrawn discharged']);
  expect(inShort(landed, landed)).toEqual([]);
  expect(inShort(landed, milestones(['LOAD', 10, 'CNSHA'], ['DISC', 401, 'BEANR']))).toEqual([
    'corrected discharged NLRTM 400',
  ]);
  expect(inShort(landed, milestones(['LOAD', 12, 'CNSHA'], ['DISC', 400, 'NLRTM']))).toEqual([
    'corrected loaded CNSHA 10',
  ]);
});

it('is silent about minutes: clocks of several sources differ by more', () => {
  expect(inShort(milestones(['LOAD', 10, 'CNSHA']), milestones(['LOAD', 10.1, 'CNSHA']))).toEqual([]);
});

it('does not take an estimate for something that has happened', () => {
  const [actual] = milestones(['LOAD', 10, 'CNSHA']);
  const estimate: Milestone = { ...actual!, classifier: 'EST' };
  expect(inShort([], [estimate])).toEqual([]);
  expect(inShort([estimate], [actual!])).toEqual(['reached loaded']);
});

it('a milestone that changes its journey is no news; of a journey that is no more everything is withdrawn', () => {
  const [a, b] = [milestones(['LOAD', 1, 'CNSHA'], ['DISC', 500, 'NLRTM']), milestones(['LOAD', 900, 'NLRTM'])];
  const kinds = (before: Parameters<typeof changesOfJourneys>[0], after: typeof before) =>
    changesOfJourneys(before, after).map(
      ({ journeyId, change }) => `${journeyId} ${change.kind} ${change.milestone.code}`,
    );
  const both = [
    { id: '1', milestones: a },
    { id: '2', milestones: b },
  ];
  expect(kinds(both, [{ id: 'renamed', milestones: a }, both[1]!])).toEqual([]);
  expect(kinds(both, both.slice(0, 1))).toEqual(['2 withdrawn loaded']);
  expect(kinds([both[0]!], [{ id: 'renamed', milestones: [...a, ...b] }])).toEqual(['renamed reached loaded']);
});
