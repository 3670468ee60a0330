/** StoredAnswer positions for tests: the shared recording when it is there, made-up ones otherwise. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecording, type RecordedPosition } from '../../scripts/support/replay.ts';
import { ROOT } from '../../scripts/support/root.ts';

/** Where the recording of Suez, March 2021, lies when shared data is at hand. */
const SUEZ_RECORDING = join(ROOT, '../shared/data/ais/suez-march-2021.csv');

/** The shared recording, or null. */
export function sharedRecording(): RecordedPosition[] | null {
  return existsSync(SUEZ_RECORDING) ? parseRecording(readFileSync(SUEZ_RECORDING, 'utf8')) : null;
}

/** Vessels on straight lines, a position every ten minutes, with exact duplicates and shared minutes. */
export function madeUpRecording(vessels: number, steps: number): RecordedPosition[] {
  const lines = ['ID,ais_pos_timestamp,longitude,latitude'];
  for (let vessel = 1; vessel <= vessels; vessel++) {
    for (let step = 0; step < steps; step++) {
      const at = new Date(Date.UTC(2021, 2, 20, 0, step * 10));
      const two = (n: number): string => String(n).padStart(2, '0');
      const time = `${two(at.getUTCDate())}/03/2021 ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
      const line = `${vessel},${time},${(32 + vessel / 100).toFixed(5)},${(29 + step / 100).toFixed(5)}`;
      lines.push(line);
      if (step % 50 === 7) lines.push(line);
      if (step % 50 === 9)
        lines.push(`${vessel},${time},${(32 + vessel / 100).toFixed(5)},${(29.001 + step / 100).toFixed(5)}`);
    }
  }
  return parseRecording(lines.join('\n'));
}
