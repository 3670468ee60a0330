import { clockFrom } from '../../platform/clock.ts';
import type { Env } from './env.ts';

/** The world's present instant: what departures, closings and the times of bookings are about, ms. */
export const worldNow = (env: Env): number => clockFrom(env.DEMO_CLOCK).now();
