/** Frames of live WebSockets. A cursor of epoch and seq resumes without a gap. */
import { z } from 'zod';
import { described, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { container, fleetLine, position } from './containers.ts';

const cursor = {
  epoch: text('Cursor: names the life of the sender’s storage', 'ep_01kb2h5m8q3v6x9y2z4a7c0d5e'),
  seq: whole('Cursor: how far this frame brings the client', 42),
};
const type = <const T extends string>(value: T, description: string) => oneOf([value], description);

const resumed = z
  .strictObject({ type: type('resumed', 'Nothing was missed'), ...cursor })
  .meta({ id: 'LiveResumed', description: 'The client is up to date' });

/** A frame of `/v1/live/fleet`. */
export const fleetFrame = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: type('snapshot', 'The whole fleet, in parts'),
        ...cursor,
        part: whole('Which part this is, from 1', 1),
        parts: whole('How many there are', 1),
        containers: z.array(fleetLine).meta({ description: 'Lines of this part' }),
      })
      .meta({ id: 'FleetSnapshot', description: 'A part of the whole fleet: forget what was known at part 1' }),
    z
      .strictObject({
        type: type('delta', 'What has changed'),
        ...cursor,
        containers: z.array(fleetLine).meta({ description: 'Lines that changed' }),
        removed: z
          .array(z.string())
          .optional()
          .meta({ description: 'Numbers that are tracked no more', examples: [['CSQU3054383']] }),
      })
      .meta({ id: 'FleetDelta', description: 'Lines that changed' }),
    resumed,
  ])
  .meta({ id: 'FleetFrame', description: 'A frame of the fleet’s WebSocket' });
/** A frame of the fleet's WebSocket. */
export type FleetFrame = z.infer<typeof fleetFrame>;

/** A frame of `/v1/live/containers/{number}`. */
export const containerFrame = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: type('snapshot', 'The present state'),
        epoch: orNull(cursor.epoch),
        seq: cursor.seq,
        container: orNull(container),
      })
      .meta({ id: 'ContainerSnapshot', description: 'The container’s state; null when nothing is known of it' }),
    z
      .strictObject({
        type: type('delta', 'What has changed'),
        ...cursor,
        container: orNull(container),
        positions: z.array(position).meta({ description: 'New positions, the newest ones when there are many' }),
      })
      .meta({ id: 'ContainerDelta', description: 'The container’s new state and positions' }),
    resumed,
  ])
  .meta({ id: 'ContainerFrame', description: 'A frame of a container’s WebSocket' });
/** A frame of a container's WebSocket. */
export type ContainerFrame = z.infer<typeof containerFrame>;

/** The query of a WebSocket upgrade. */
export const liveQuery = {
  ticket: described(z.string().max(200), 'The ticket, which opens one socket', 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e.…'),
  epoch: described(
    z.string().max(60),
    'Cursor: the epoch of the last frame',
    'ep_01kb2h5m8q3v6x9y2z4a7c0d5e',
  ).optional(),
  seq: described(z.int().min(0), 'Cursor: the seq of the last frame', 42).optional(),
};
