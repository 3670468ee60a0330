/** What a client of the live fleet is told first. */
import type { FleetFrame } from '../../contracts/tracking/live.ts';
import { framesOf, type LiveCursor } from '../kit/live.ts';
import type { FleetStorage } from './storage.ts';
import { lineToApi } from './to-api.ts';

/** A known cursor gets every line that changed since; any other the whole fleet. `epoch` and `seq` are those of now. */
export function greeting(
  { storage, epoch, seq: newest }: { storage: FleetStorage; epoch: string; seq: number },
  cursor: LiveCursor | null,
): FleetFrame[] {
  const known = cursor && cursor.epoch === epoch && cursor.seq <= newest ? cursor.seq : null;
  const frames = framesOf(storage.changedSince(known ?? 0));
  const at = (seq: number): LiveCursor => ({ epoch, seq });
  if (frames.length === 0) {
    return known === null
      ? [{ type: 'snapshot', ...at(newest), part: 1, parts: 1, containers: [] }]
      : [{ type: 'resumed', ...at(newest) }];
  }
  // A frame's cursor is that of its last line: a client cut off between frames resumes behind it.
  return frames.map((rows, i): FleetFrame => {
    const cursorOfFrame = at(i + 1 === frames.length ? newest : rows.at(-1)!.seq);
    const containers = rows.map((row) => lineToApi(row.summary));
    return known === null
      ? { type: 'snapshot', part: i + 1, parts: frames.length, ...cursorOfFrame, containers }
      : { type: 'delta', ...cursorOfFrame, containers };
  });
}
