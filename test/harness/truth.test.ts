import { afterAll, beforeAll, expect, it } from 'vitest';
import { lineOf, runChecks } from '../support/checks.ts';
import { type Lab, startLab } from '../truth/lab.ts';
import { TRUTH } from '../truth/run.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.platform.close());

it('every kind of it has two variants at least', () => {
  const variants = Array.from({ length: 22 }, (_, i) => {
    const id = `T${String(i + 1).padStart(2, '0')}`;
    return TRUTH.filter((check) => check.id === id).length;
  });
  expect(Math.min(...variants)).toBeGreaterThanOrEqual(2);
});

it('is folded from what is said', async () => {
  const results = await runChecks(lab, TRUTH, () => {});
  expect(results.filter(({ passed }) => !passed).map(lineOf)).toEqual([]);
}, 300_000);
