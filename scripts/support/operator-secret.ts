/** The secret of the operators' client: how scripts reach the platform, and what a leaked one has made. */
import { parseRing } from '../../platform/secrets.ts';
import { atPlatform, operatorOf, operatorSecretInForce, readSecrets, type Whereabouts } from './credentials.ts';
import type { Needed } from './secret-rings.ts';

/** How long a deployed Worker takes at most to run with what was pushed. */
export const PUSHED_WITHIN_MS = 60_000;
/** How often a script looks whether it does. */
export const LOOK_EVERY_MS = 2_000;

/** The operator's earlier secrets stay until the platform is seen to run with the newest: they are how it is reached. */
export async function neededForOperator({ origin, dataDir }: Whereabouts): Promise<() => Needed> {
  const ring = readSecrets(dataDir).identity.OPERATOR_SECRET!;
  const isInForce = (await operatorSecretInForce(origin, ring)) === parseRing(ring).current;
  return () => () => (isInForce ? null : 'the platform is not running, or not with the newest secret yet');
}

/** Ends what a leaked secret made, once the platform runs with the new one: before that, it would be made anew. */
export async function endWithOperator(call: Whereabouts & { push: boolean }): Promise<void> {
  const later =
    'Then run `npm run secrets:rotate -- revoke-operator`: links and tokens of the leaked secret go on until then.';
  if (!call.push) return console.log(`Start the platform with the new secret. ${later}`);
  const ring = readSecrets(call.dataDir).identity.OPERATOR_SECRET!;
  for (const giveUpAt = Date.now() + PUSHED_WITHIN_MS; Date.now() < giveUpAt; ) {
    if (await operatorSecretInForce(call.origin, ring)) return revokeOperator(call);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  console.log(`The platform does not run with the new secret yet. ${later}`);
}

/** Ends what the operators' client made and holds. */
export async function revokeOperator(call: Whereabouts): Promise<void> {
  await atPlatform(call.origin, async () => (await operatorOf(call)).must('POST', '/v1/operator-client/revoke'));
  console.log('Tokens, links, tickets and sockets of the operator’s client have ended.');
}
