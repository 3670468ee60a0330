/**
 * Positions as JSON (one, an array, or `{positions: [...]}`) or NDJSON: `container` or `device` (also `deviceId`),
 * `time` (RFC 3339), `latitude`, `longitude`, and optionally `speed` (knots), `course` (degrees),
 * `temperature` (Celsius), `humidity` (percent), `shock` (g), `door` ("open", "closed" or boolean).
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import { isPlaceholderNumber, normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { Sensors } from '../../../domain/journey/event.ts';
import { parseInstant } from '../../../domain/journey/instant.ts';
import {
  type AdaptedItem,
  type Adapter,
  type AdapterContext,
  adaptEach,
  type Candidate,
  numberOf,
  parseJson,
  recordOf,
  textOf,
} from './adapter.ts';

/** A device's clock may run ahead this much before its word counts as wrong. */
export const FUTURE_TOLERANCE_MS = 10 * 60_000;

/** The adapter of the `positions` format. */
export const positions: Adapter = {
  parse(text, contentType, context) {
    if (/ndjson|jsonl/i.test(contentType)) {
      const lines = text.split(/\r?\n/).filter((line) => line.trim());
      return { items: adaptEach(lines, context, adaptLine) };
    }
    const parsed = parseJson(text);
    if ('error' in parsed) return { unreadable: parsed.error };
    const wrapped = recordOf(parsed.value)?.positions;
    const list = Array.isArray(parsed.value) ? parsed.value : Array.isArray(wrapped) ? wrapped : [parsed.value];
    return { items: adaptEach(list, context, (each, index) => adaptPosition(each, index, context)) };
  },
};

function adaptLine(line: unknown, index: number, context: AdapterContext): AdaptedItem {
  const parsed = parseJson(String(line));
  if ('error' in parsed) {
    return { index, raw: line, fault: { pointer: '', code: 'item.not_json', detail: parsed.error } };
  }
  return adaptPosition(parsed.value, index, context);
}

/** Reads a position; `written` is the item as it came, where that is not the object that is read. */
export function adaptPosition(
  said: unknown,
  index: number,
  { now, options }: AdapterContext,
  written: unknown = said,
): AdaptedItem {
  const raw = written;
  const refuse = (pointer: string, code: string, detail: string): AdaptedItem => {
    const fault: Fault = { pointer, code, detail };
    return { index, raw, fault };
  };
  const item = recordOf(said);
  if (!item) return refuse('', 'item.not_object', 'A position must be a JSON object');
  const container = textOf(item.container);
  const device = textOf(item.device) ?? textOf(item.deviceId);
  if (!container && !device) {
    return refuse('/container', 'position.no_subject', 'Name a container or a device');
  }
  if (container && isPlaceholderNumber(normalizeContainerNumber(container))) {
    return refuse(
      '/container',
      'position.container_placeholder',
      `"${container.slice(0, 40)}" is no container's number`,
    );
  }
  const time = parseInstant(textOf(item.time) ?? '', options.defaultZone, 'connection');
  if (!time) return refuse('/time', 'position.time_invalid', 'time must be an RFC 3339 instant of 1970 or later');
  if (time.at > now + FUTURE_TOLERANCE_MS) {
    return refuse('/time', 'position.in_future', 'time lies more than ten minutes in the future');
  }
  const lat = numberOf(item.latitude);
  if (lat === undefined || Math.abs(lat) > 90) {
    return refuse('/latitude', 'position.latitude_invalid', 'latitude must be a number from -90 to 90');
  }
  const lon = numberOf(item.longitude);
  if (lon === undefined || Math.abs(lon) > 180) {
    return refuse('/longitude', 'position.longitude_invalid', 'longitude must be a number from -180 to 180');
  }
  const { sensors, warnings } = readSensors(item);
  warnings.push(...clockWarnings(now - time.at));
  const read = Object.keys(sensors).length > 0 ? { sensors } : {};
  const base = { v: 1, kind: 'position', at: time.at, lat, lon, ...motion(item), ...read } as const;
  const event: Candidate = container
    ? { ...base, container: normalizeContainerNumber(container) }
    : { ...base, device: device! };
  return { index, raw, events: [event], ...(warnings.length > 0 ? { warnings } : {}) };
}

/** A GPS receiver counts 1,024 weeks and begins anew (IS-GPS-200, section 20.3.3.3.1.1); one that misses it is so far behind. */
const WEEK_COUNTER_MS = 1_024 * 7 * 86_400_000;
/** A clock that is right but for its weeks is off by less than this; a device that buffers does so for less than a year. */
const [CLOCK_SLACK_MS, BUFFERED_MAX_MS] = [3 * 86_400_000, 365 * 86_400_000];

function clockWarnings(behindMs: number): Fault[] {
  if (behindMs <= BUFFERED_MAX_MS) return [];
  const counters = Math.round(behindMs / WEEK_COUNTER_MS);
  const isWrapped = counters > 0 && Math.abs(behindMs - counters * WEEK_COUNTER_MS) <= CLOCK_SLACK_MS;
  const detail = isWrapped
    ? `lies ${counters * 1_024} weeks back: the receiver's week counter has wrapped`
    : `lies ${Math.round(behindMs / 86_400_000)} days back`;
  return [{ pointer: '/time', code: isWrapped ? 'position.week_rollover' : 'position.old', detail }];
}

/** AIS says "not available" as speed 102.3, course 360 and heading 511: those are absences. */
function motion(item: Record<string, unknown>): { speedKnots?: number; courseDeg?: number } {
  const speed = numberOf(item.speed);
  const course = numberOf(item.course);
  return {
    ...(speed !== undefined && speed >= 0 && speed < 102.2 ? { speedKnots: speed } : {}),
    ...(course !== undefined && course >= 0 && course < 360 ? { courseDeg: course } : {}),
  };
}

/**
 * What a sensor can have measured, by the member of an item. A reefer keeps -70 to 30 degrees, and steel in the sun gets to
 * 75: beyond lie the error codes of common sensors (DS18B20: -127 when it is not there, 85 when it has not measured yet).
 */
const READINGS = [
  ['temperature', 'temperatureC', -80, 84.9],
  ['humidity', 'humidityPct', 0, 100],
  ['shock', 'shockG', 0, 1_000],
] as const;

/** The readings that a sensor can have made. What is none is left out, and the position stays. */
export function readSensors(item: Record<string, unknown>): { sensors: Sensors; warnings: Fault[] } {
  const sensors: Sensors = {};
  const warnings: Fault[] = [];
  const leaveOut = (name: string, detail: string): void => {
    warnings.push({ pointer: `/${name}`, code: 'reading.implausible', detail });
  };
  for (const [name, member, least, most] of READINGS) {
    if (item[name] === undefined || item[name] === null) continue;
    const value = numberOf(item[name]);
    if (value !== undefined && value >= least && value <= most) sensors[member] = value;
    else leaveOut(name, `was left out: it must be a number from ${least} to ${most}`);
  }
  const said = item.door ?? '';
  const door = DOOR.get(typeof said === 'string' ? said.trim().toLowerCase() : said);
  if (door !== undefined) sensors.doorOpen = door;
  else if (said !== '') leaveOut('door', 'was left out: it must be open, closed, true or false');
  return { sensors, warnings };
}

const DOOR = new Map<unknown, boolean>([
  ['open', true],
  ['closed', false],
  ['true', true],
  ['false', false],
  [true, true],
  [false, false],
]);
