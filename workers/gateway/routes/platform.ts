/** Health, readiness, and where to report a vulnerability. */
import { z } from 'zod';
import { gatewayAnswers } from '../../../contracts/gateway/answers.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { toInstant } from '../../../platform/instants.ts';
import { readiness } from '../http/readiness.ts';
import { handler, tagged } from '../http/route.ts';

const DAY_MS = 86_400_000;
/** RFC 9116 section 2.5.5 recommends less than a year; a deployed Worker makes it anew each day. */
const SECURITY_TXT_DAYS = 180;

/** The platform's own routes. */
export const platformRoutes = tagged('Platform', [
  handler(
    'get',
    '/healthz',
    'public',
    {
      operationId: 'health',
      summary: 'Whether the edge answers, and the platform’s clock',
      description:
        'Asks nobody else: for whether parts behind it are ready see `/readyz`. A demonstration may run the clock faster.',
      answer: gatewayAnswers.health,
    },
    (c) => {
      const clock = clockFrom(c.env.DEMO_CLOCK);
      return c.json({ status: 'ok' as const, now: toInstant(clock.now()), clockSpeed: clock.speed });
    },
  ),
  handler(
    'get',
    '/readyz',
    'public',
    {
      operationId: 'readiness',
      summary: 'Whether every service and database is ready',
      description:
        'Asked anew once a second at most. A shard that is down makes it 503; its tenants alone are affected.',
      answer: gatewayAnswers.readiness,
      also: { 503: 'A part is not ready; the body names it' },
    },
    async (c) => {
      const state = await readiness(c.env);
      return c.json(state, state.ready ? 200 : 503);
    },
  ),
  handler(
    'get',
    '/.well-known/security.txt',
    'public',
    {
      operationId: 'securityTxt',
      summary: 'Where to report a vulnerability (RFC 9116)',
      description: 'Plain text, as RFC 9116 has it.',
      answer: z.string().meta({ examples: ['Contact: mailto:security@fairlead.example\n'] }),
      mediaType: 'text/plain',
    },
    (c) => {
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
  ),
]);
