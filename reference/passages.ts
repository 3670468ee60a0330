/** Where the named canals, straits and capes are. */
import type { Passage } from '../domain/geo/sea-network.ts';

/** West, south, east, north in degrees. */
export type Box = [west: number, south: number, east: number, north: number];

/**
 * Bounding boxes [west, south, east, north] in degrees within which a lane belongs to a passage. A
 * canal's box ends before the ports at its mouths: a closed canal leaves them open to their own sea.
 */
export const PASSAGE_BOXES: readonly [Passage, Box][] = [
  ['suez', [32.1, 30.02, 32.8, 31.14]],
  ['panama', [-80.0, 9.02, -79.4, 9.3]],
  ['bab-el-mandeb', [42.6, 12.0, 44.2, 13.4]],
  ['malacca', [98.5, 1.0, 103.7, 5.5]],
  ['gibraltar', [-6.0, 35.6, -5.2, 36.2]],
  ['dover', [1.0, 50.7, 2.0, 51.4]],
  ['bosporus', [28.9, 40.95, 29.3, 41.3]],
  ['kiel', [9.2, 53.95, 10.25, 54.5]],
  ['magellan', [-75.0, -54.2, -68.0, -52.2]],
  ['good-hope', [17.0, -42.0, 21.0, -33.5]],
];
