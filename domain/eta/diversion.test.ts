import { expect, it } from 'vitest';
import { type Diversion, followDiversion } from './diversion.ts';
import { beginLeg, followLeg } from './leg.ts';

const HOUR = 3_600_000;
const start = (): Diversion => ({ canal: 'suez', closed: null, other: null, lead: 0 });

/** Sails hour by hour; each step says how much nearer both ways bring the ship. */
function sail(steps: [gained: number, gainedOther: number][]): { diversion: Diversion; switches: number } {
  let track = beginLeg({ at: 0, nm: 5_000 }, 5_000);
  let diversion = start();
  let other = 9_000;
  let switches = 0;
  for (const [gained, gainedOther] of steps) {
    other -= gainedOther;
    const fix = { at: track.at + HOUR, nm: track.nm - gained };
    const turned = followDiversion(diversion, track, { ...fix, other });
    diversion = turned.diversion;
    if (turned.switched) switches++;
    track = followLeg(track, fix);
  }
  return { diversion, switches };
}
const times = (n: number, step: [number, number]): [number, number][] => Array.from({ length: n }, () => step);

it('switches when the other way has long been the one that is sailed, and once', () => {
  expect(sail(times(20, [-15, 15])).diversion).toMatchObject({ closed: 'suez', canal: 'suez' });
  expect(sail(times(16, [-15, 15])).diversion.closed).toBeNull();
});

it('does not switch for a ship that waits, or whose way is both ways', () => {
  expect(sail(times(500, [0, 0])).diversion).toMatchObject({ closed: null, lead: 0 });
  expect(sail(times(200, [15, 15])).diversion).toMatchObject({ closed: null, lead: 0 });
});

it('forgets a lead when the ship turns back', () => {
  expect(sail([...times(10, [-15, 15]), ...times(20, [15, -15])]).diversion).toMatchObject({ closed: null, lead: 0 });
});

it('is not turned by one bad fix, however far it leaps, nor blinded by it', () => {
  const sane = times(5, [15, 15]);
  expect(sail([...sane, [-3_000, 3_000], [3_000, -3_000], ...sane])).toMatchObject({
    switches: 0,
    diversion: { canal: 'suez', closed: null, lead: 0 },
  });
});

it('is not turned by a seam in the other way’s field', () => {
  expect(sail([...times(5, [15, 15]), [15, 3_000], ...times(5, [15, 15])]).switches).toBe(0);
});
