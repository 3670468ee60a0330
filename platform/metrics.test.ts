import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS, metricsOf } from './metrics.ts';

it('writes the name, the dimensions in their order and the value', () => {
  const points: unknown[] = [];
  const record = metricsOf({ METRICS: { writeDataPoint: (point?: object) => void points.push(point) } });
  record('operation.served', 12, { outcome: 'ok', service: 'identity', operation: 'me' });
  record('telemetry.waited', 30, {});
  expect(points).toEqual([
    { indexes: ['operation.served'], blobs: ['operation.served', 'identity', 'me', 'ok'], doubles: [12] },
    { indexes: ['telemetry.waited'], blobs: ['telemetry.waited'], doubles: [30] },
  ]);
});

it('writes nothing where no dataset is bound', () => {
  expect(() => metricsOf({})('telemetry.waited', 1, {})).not.toThrow();
});

it('names each metric, its unit and its dimensions in the runbook', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const rows = runbook.split('\n').filter((line) => line.startsWith('| `'));
  for (const [name, { unit, dimensions }] of Object.entries(METRICS)) {
    const row = rows.find((line) => line.includes(`\`${name}\``)) ?? '';
    expect([name, row.includes(`| ${unit} `), dimensions.every((dimension) => row.includes(dimension))]).toEqual([
      name,
      true,
      true,
    ]);
  }
});
