import { expect, it } from 'vitest';
import { staysOf, trainStays } from './stays.ts';

const HOUR = 3_600_000;
const stage = (code: string, place: string, hour: number) => ({ code, place, at: hour * HOUR });
const journey = (wait: number) => [
  stage('gate_in', 'CNSHA', 0),
  stage('departed', 'CNSHA', 40),
  stage('arrived', 'SGSIN', 200),
  stage('discharged', 'SGSIN', 210),
  stage('loaded', 'SGSIN', 190 + wait),
  stage('departed', 'SGSIN', 200 + wait),
  stage('arrived', 'NLRTM', 900),
];

it('tells the stay before the first ship from the one between two', () => {
  expect(staysOf(journey(120))).toEqual([
    { key: 'before@CNSHA', hours: 40 },
    { key: 'change@SGSIN', hours: 120 },
  ]);
  expect(staysOf([stage('departed', 'CNSHA', 5)])).toEqual([]);
});

it('learns each port apart', () => {
  const stays = trainStays([100, 120, 140].map((wait) => ({ stages: journey(wait) })));
  expect(stays['change@SGSIN']).toMatchObject({ n: 3 });
  expect(stays['change@SGSIN']!.q[6]).toBe(120);
  expect(stays['before@CNSHA']!.q[6]).toBe(40);
});
