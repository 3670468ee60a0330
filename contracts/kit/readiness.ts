/** Whether a service and what it stands on are ready. */
import { z } from 'zod';
import { operation } from './operation.ts';

const part = z.strictObject({
  /** Name of a database; empty for the service itself. */
  name: z.string(),
  ready: z.boolean(),
  reason: z.string().optional(),
});
/** A part of the platform. */
export type Part = z.infer<typeof part>;

/** The operation that every service has. */
export const readinessOperation = {
  readiness: operation({
    permission: { unauthenticated: 'says whether parts are ready, and nothing of any tenant' },
    summary: 'Whether the service and its databases are ready',
    input: z.strictObject({}),
    output: z.array(part),
  }),
};
