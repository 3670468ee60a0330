/**
 * The platform's clock. In production it is the wall clock. A development runtime may run the
 * tracked world faster (DEMO_CLOCK = "speed;wallEpochMs;worldEpochMs") so that weeks at sea pass in
 * minutes; security always uses the wall clock.
 */
export interface Clock {
  /** The world's present instant, ms since the Unix epoch. */
  now(): number;
  /** The wall-clock instant at which the world reaches `worldMs`: what alarms are set to. */
  toWall(worldMs: number): number;
  /** World seconds per wall second: 1 in production. */
  readonly speed: number;
}

/** The wall clock. */
export const wallClock: Clock = { now: () => Date.now(), toWall: (at) => at, speed: 1 };

/** The clock named by a DEMO_CLOCK setting, or the wall clock when there is none. */
export function clockFrom(setting: string | undefined): Clock {
  if (!setting) return wallClock;
  const [speed, wallEpoch, worldEpoch] = setting.split(';').map(Number);
  if (!(speed && speed > 0 && wallEpoch && worldEpoch)) {
    throw new Error('DEMO_CLOCK must be "speed;wallEpochMs;worldEpochMs"');
  }
  return {
    now: () => Math.round(worldEpoch + (Date.now() - wallEpoch) * speed),
    toWall: (at) => Math.ceil(wallEpoch + (at - worldEpoch) / speed),
    speed,
  };
}
