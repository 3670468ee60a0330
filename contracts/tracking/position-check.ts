/**
 * Whether a value is a position, by plain comparisons: the answer of its schema, some ten times sooner. Nearly all that carriers
 * send are positions, and each is checked where it comes in and where it comes out of the queue. Where the answer is no, the
 * schema says why.
 */
import type { PositionEvent } from '../../domain/journey/event.ts';

const CONTAINER = /^[A-Z0-9]{4,17}$/;
const INSTANT_MAX = 8_640_000_000_000_000;

type Check = (value: unknown) => boolean;

const within =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isInstant: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= INSTANT_MAX;

/** Checks of an object's members: all that are named must hold, and there are no others. */
function shaped(members: Record<string, Check>): Check {
  const checks = Object.entries(members);
  const names = new Set(Object.keys(members));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const key in value) if (!names.has(key)) return false;
    const found = value as Record<string, unknown>;
    for (const [name, check] of checks) if (!check(found[name])) return false;
    return true;
  };
}

const POSITION: Record<string, Check> = {
  v: (value) => value === 1,
  kind: (value) => value === 'position',
  container: (value) => typeof value === 'string' && CONTAINER.test(value),
  at: isInstant,
  lat: within(-90, 90),
  lon: within(-180, 180),
  speedKnots: optional(within(0, 200)),
  courseDeg: optional(within(0, 360)),
  sensors: optional(
    shaped({
      temperatureC: optional(within(-100, 150)),
      humidityPct: optional(within(0, 100)),
      shockG: optional(within(0, 1_000)),
      doorOpen: optional((value) => typeof value === 'boolean'),
    }),
  ),
};

const positionCheck = shaped(POSITION);
const trackedCheck = shaped({
  ...POSITION,
  key: (value) => typeof value === 'string' && value.length === 16,
  origin: (value) => typeof value === 'number' && Number.isFinite(value),
  receivedAt: optional(isInstant),
  history: optional((value) => value === 'full'),
});

/** Whether a value is a position as `canonicalEventSchema` takes it. */
export const isPosition = (value: unknown): value is PositionEvent => positionCheck(value);

/** Whether a value is a position as a message of telemetry carries it. */
export const isTrackedPosition: Check = (value) => trackedCheck(value);
