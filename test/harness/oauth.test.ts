import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOracle } from '../oauth/oracle.ts';
import { startOurs } from '../oauth/ours.ts';
import { runChecks } from '../oauth/run.ts';
import type { Subject } from '../oauth/subject.ts';

let ours: Subject;
let oracle: Subject;

beforeAll(async () => {
  [ours, oracle] = await Promise.all([startOurs(), startOracle()]);
});
afterAll(() => Promise.all([ours?.close(), oracle?.close()]));

it('does what the standards ask for, as two independent clients see it', async () => {
  const results = await runChecks(ours, oracle, () => {});
  expect(results.filter((result) => result.ours !== result.want)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(30);
});

it('fails a server that does something else: the same checks tell the oracle from the profile', async () => {
  const results = await runChecks(oracle, oracle, () => {});
  const failed = results.filter((result) => result.ours !== result.want).map((result) => result.name);
  expect(failed).toContain('an assertion that lasts for years is refused');
});
