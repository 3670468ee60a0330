/** What of a message no field of ours has: kept as it was written, within a bound. */
import type { Fields, Remark } from './dcsa-fields.ts';

/** Characters of JSON that an event keeps of the rest of its message. */
const DETAILS_MAX_CHARS = 2_000;

/** The members of a message that are not read into fields, without nulls; what there is no room for is remarked. */
export function detailsOf(item: Fields, isRead: ReadonlySet<string>, remark: Remark): Fields | undefined {
  const kept: Fields = {};
  const left: string[] = [];
  let size = 2;
  for (const [name, value] of Object.entries(item)) {
    if (isRead.has(name) || name === '__proto__' || isEmpty(value)) continue;
    const text = JSON.stringify(value);
    const needed = name.length + text.length + 4;
    if (size + needed > DETAILS_MAX_CHARS) left.push(name.slice(0, 40));
    else {
      kept[name] = value;
      size += needed;
    }
  }
  if (left.length > 0) {
    const detail = `There is no room for what else it says: ${left.slice(0, 10).join(', ')}`;
    remark({ pointer: '', code: 'details.cut', detail });
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);
