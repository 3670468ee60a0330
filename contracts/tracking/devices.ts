/** Tracking devices: which container each was on, and when. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedBy, pageOf } from '../kit/paging.ts';
import {
  containerNumber,
  containerNumberInput,
  described,
  instant,
  instantInput,
  orNull,
  text,
} from '../kit/primitives.ts';

const deviceIdInput = described(z.string().min(1).max(64), 'Id of the tracking device', 'dev-0042');

const pairing = z
  .strictObject({
    device: text('Id of the device', 'dev-0042'),
    container: containerNumber(),
    from: orNull(instant('From when on its fixes are of the container; null: from the first on')),
    until: orNull(instant('Until when; null while it is on the container')),
  })
  .meta({ id: 'Pairing', description: 'A device on a container for a time' });
/** A pairing of an answer. */
export type ApiPairing = z.infer<typeof pairing>;

const devicePath = { device: deviceIdInput };

/** The operations. */
export const deviceOperations = {
  listDevices: operation({
    permission: 'containers:read',
    summary: 'Devices with the container that each was on last, by id',
    input: z.strictObject(pagedBy({ pattern: /^[\s\S]{1,64}$/, example: 'dev-0042' })),
    output: pageOf('Pairing', pairing),
  }),
  listPairings: operation({
    permission: 'containers:read',
    summary: 'The containers that a device was on, newest first',
    input: z.strictObject({ ...pagedBy('number'), ...devicePath }),
    output: pageOf('Pairing', pairing),
  }),
  pairDevice: operation({
    permission: 'containers:write',
    summary: 'Put a device on a container',
    description:
      'A fix belongs to the container that its device was on at the time of the fix. What the device was on before ends ' +
      'with `from`; pairings that begin later stay.',
    idempotent: true,
    input: z
      .strictObject({
        container: containerNumberInput(),
        from: instantInput('From when on; now without it').optional(),
        until: instantInput('Until when, where that is known').optional(),
      })
      .meta({ id: 'NewPairing', description: 'The container, and the time that the device is on it' })
      .extend(devicePath),
    output: pairing,
    failures: ['not_found'],
  }),
  unpairDevice: operation({
    permission: 'containers:write',
    summary: 'Take a device off its container',
    input: z
      .strictObject({ at: instantInput('When it was taken off; now without it').optional() })
      .meta({ id: 'PairingEnd', description: 'When the device was taken off' })
      .extend(devicePath),
    output: pairing,
    failures: ['not_found'],
  }),
};
