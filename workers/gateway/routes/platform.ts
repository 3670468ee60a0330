import { z } from '@hono/zod-openapi';
import { clockFrom } from '../../../platform/clock.ts';
import { operation } from '../operation.ts';

/** Health and the platform's clock. */
export const platformRoutes = [
  operation({
    method: 'get',
    path: '/healthz',
    tag: 'Platform',
    summary: 'Whether the edge answers, and the platform’s clock (a demonstration may run it faster)',
    access: 'public',
    answer: z.object({ status: z.literal('ok'), now: z.int(), clockSpeed: z.number() }).openapi('Health'),
    handle: ({ c }) => {
      const clock = clockFrom(c.env.DEMO_CLOCK);
      return c.json({ status: 'ok' as const, now: clock.now(), clockSpeed: clock.speed });
    },
  }),
];
