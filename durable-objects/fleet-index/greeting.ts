/** Frames of the live fleet, as JSON text: lines go into them as they are stored. */
import type { FleetFrame } from '../../contracts/tracking/live.ts';
import { framesOf, type LiveCursor } from '../kit/live.ts';
import type { FleetStorage, StoredLine } from './storage.ts';

type Head<F> = F extends { containers: unknown } ? Omit<F, 'containers' | 'removed'> : never;

/** The text of a frame with lines. */
export function frameOf(head: Head<FleetFrame>, lines: readonly Pick<StoredLine, 'text'>[]): string {
  return `${JSON.stringify(head).slice(0, -1)},"containers":[${lines.map(({ text }) => text).join(',')}]}`;
}

/** A known cursor gets every line that changed since; any other the whole fleet. `epoch` and `seq` are those of now. */
export function greeting(
  { storage, epoch, seq: newest }: { storage: FleetStorage; epoch: string; seq: number },
  cursor: LiveCursor | null,
): string[] {
  const known = cursor && cursor.epoch === epoch && cursor.seq <= newest ? cursor.seq : null;
  const frames = framesOf(storage.changedSince(known ?? 0), ({ text }) => text);
  const at = (seq: number): LiveCursor => ({ epoch, seq });
  if (frames.length === 0) {
    return known === null
      ? [frameOf({ type: 'snapshot', ...at(newest), part: 1, parts: 1 }, [])]
      : [JSON.stringify({ type: 'resumed', ...at(newest) } satisfies FleetFrame)];
  }
  // A frame's cursor is that of its last line: a client cut off between frames resumes behind it.
  return frames.map((rows, i) => {
    const cursorOfFrame = at(i + 1 === frames.length ? newest : rows.at(-1)!.seq);
    return known === null
      ? frameOf({ type: 'snapshot', part: i + 1, parts: frames.length, ...cursorOfFrame }, rows)
      : frameOf({ type: 'delta', ...cursorOfFrame }, rows);
  });
}
