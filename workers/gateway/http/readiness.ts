/** Which parts of the platform are ready: each service is asked, and says of its databases. */
import { SERVICES } from '../../../contracts/kit/operation.ts';
import type { Part } from '../../../contracts/kit/readiness.ts';
import { Cache } from '../../../platform/cache.ts';
import { errorText } from '../../../platform/log.ts';
import { ANONYMOUS, type Env } from '../env.ts';

/** How often the parts are asked: anybody may ask the edge, and must not drive their load. */
const ASK_EVERY_MS = 1_000;
const answers = new Cache<'all', { ready: boolean; parts: Part[] }>({ capacity: 1, ttlMs: ASK_EVERY_MS });

/** The state of every part. */
export async function readiness(env: Env): Promise<{ ready: boolean; parts: Part[] }> {
  const known = answers.get('all');
  if (known) return known;
  // What is kept is an answer, not the asking: a request that is cancelled takes its asking along.
  const answer = await ask(env);
  answers.set('all', answer);
  return answer;
}

async function ask(env: Env): Promise<{ ready: boolean; parts: Part[] }> {
  const services = [env.IDENTITY, env.TRACKING, env.PROCUREMENT, env.NOTIFICATIONS, env.OBSERVER];
  const parts = await Promise.all(
    services.map(async (service, i): Promise<Part[]> => {
      const name = SERVICES[i]!;
      try {
        const answer = await service.readiness(ANONYMOUS, {});
        if (!answer.ok) return [{ name, ready: false, reason: answer.detail }];
        return answer.value.map((part) => ({ ...part, name: part.name === '' ? name : `${name}.${part.name}` }));
      } catch (error) {
        return [{ name, ready: false, reason: errorText(error) }];
      }
    }),
  );
  const all = parts.flat();
  return { ready: all.every((part) => part.ready), parts: all };
}
