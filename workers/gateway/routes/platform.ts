import { z } from '@hono/zod-openapi';
import { clockFrom } from '../../../platform/clock.ts';
import { operation } from '../operation.ts';

const DAY_MS = 86_400_000;
/** RFC 9116 section 2.5.5 recommends less than a year; a deployed Worker makes it anew each day. */
const SECURITY_TXT_DAYS = 180;

/** Health, the platform's clock, and where to report a vulnerability. */
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
  operation({
    method: 'get',
    path: '/.well-known/security.txt',
    tag: 'Platform',
    summary: 'Where to report a vulnerability (RFC 9116)',
    access: 'public',
    handle: ({ c }) => {
      const { ISSUER: issuer, SECURITY_CONTACT: contact } = c.env;
      const expires = new Date((Math.floor(Date.now() / DAY_MS) + SECURITY_TXT_DAYS) * DAY_MS).toISOString();
      const lines = [
        // RFC 2142 reserves the mailbox "security" for this purpose at every domain.
        `Contact: ${contact ?? `mailto:security@${new URL(issuer).hostname}`}`,
        `Expires: ${expires}`,
        'Preferred-Languages: en',
        `Canonical: ${issuer}/.well-known/security.txt`,
      ];
      return c.text(`${lines.join('\n')}\n`, 200, { 'cache-control': 'public, max-age=86400' });
    },
  }),
];
