/**
 * Positions as JSON (one, an array, or `{positions: [...]}`) or NDJSON: `container` or `device`,
 * `time` (RFC 3339), `latitude`, `longitude`, and optionally `speed` (knots), `course` (degrees),
 * `temperature` (Celsius), `humidity` (percent), `shock` (g), `door` ("open", "closed" or boolean).
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { Sensors } from '../../../domain/journey/event.ts';
import { parseInstant } from '../../../domain/journey/instant.ts';
import { type AdaptedItem, type Adapter, type Candidate, numberOf, parseJson, recordOf, textOf } from './adapter.ts';

/** A device's clock may run ahead this much before its word counts as wrong. */
const FUTURE_TOLERANCE_MS = 10 * 60_000;

/** The adapter of the `positions` format. */
export const positions: Adapter = {
  parse(text, contentType, { now }) {
    if (/ndjson|jsonl/i.test(contentType)) {
      const lines = text.split(/\r?\n/).filter((line) => line.trim());
      return { items: lines.map((line, index) => adaptLine(line, index, now)) };
    }
    const parsed = parseJson(text);
    if ('error' in parsed) return { unreadable: parsed.error };
    const wrapped = recordOf(parsed.value)?.positions;
    const list = Array.isArray(parsed.value) ? parsed.value : Array.isArray(wrapped) ? wrapped : [parsed.value];
    return { items: list.map((raw: unknown, index) => adaptPosition(raw, index, now)) };
  },
};

function adaptLine(line: string, index: number, now: number): AdaptedItem {
  const parsed = parseJson(line);
  if ('error' in parsed) {
    return { index, raw: line, fault: { pointer: '', code: 'item.not_json', detail: parsed.error } };
  }
  return adaptPosition(parsed.value, index, now);
}

function adaptPosition(raw: unknown, index: number, now: number): AdaptedItem {
  const refuse = (pointer: string, code: string, detail: string): AdaptedItem => {
    const fault: Fault = { pointer, code, detail };
    return { index, raw, fault };
  };
  const item = recordOf(raw);
  if (!item) return refuse('', 'item.not_object', 'A position must be a JSON object');
  const container = textOf(item.container);
  const device = textOf(item.device);
  if (!container && !device) {
    return refuse('/container', 'position.no_subject', 'Name a container or a device');
  }
  const time = parseInstant(textOf(item.time) ?? '', null);
  if (!time) return refuse('/time', 'position.time_invalid', 'time must be an RFC 3339 instant');
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
  const base = { v: 1, kind: 'position', at: time.at, lat, lon, ...motion(item), ...sensors(item) } as const;
  const event: Candidate = container
    ? { ...base, container: normalizeContainerNumber(container) }
    : { ...base, device: device! };
  return { index, raw, events: [event] };
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

function sensors(item: Record<string, unknown>): { sensors?: Sensors } {
  const found: Sensors = {};
  const temperatureC = numberOf(item.temperature);
  const humidityPct = numberOf(item.humidity);
  const shockG = numberOf(item.shock);
  if (temperatureC !== undefined) found.temperatureC = temperatureC;
  if (humidityPct !== undefined) found.humidityPct = humidityPct;
  if (shockG !== undefined) found.shockG = shockG;
  if (typeof item.door === 'boolean') found.doorOpen = item.door;
  else if (textOf(item.door)) found.doorOpen = /^open$/i.test(textOf(item.door)!);
  return Object.keys(found).length > 0 ? { sensors: found } : {};
}
