/**
 * Whose an e-mail address and password are. An address may be an account in several organisations, each with a
 * password of its own. Unknown addresses, wrong passwords and addresses of the network that an organisation does
 * not admit are answered the same, in words and time.
 */
import { waitUntil } from 'cloudflare:workers';
import { and, asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { ACCOUNTS_PER_EMAIL_MAX } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import { idOf } from './organisations.ts';
import { checkPassword, hashPassword, isOutdated } from './passwords.ts';
import { type Try, tryAccount, tryFrom } from './throttle.ts';

type UserRow = typeof users.$inferSelect;

/** A failed check: the password is wrong, or there were too many tries and one has to wait. */
export interface Refused {
  ok: false;
  retryAfterSeconds?: number;
}

/** An account whose password was right. Whoever goes on says how the sign-in went. */
export interface Match {
  user: UserRow;
  attempt: Try;
}

/** Hashes that a failed check costs at least, so that time does not tell how many accounts an address has. */
const HASHES_OF_A_FAILURE = 2;

/** The accounts that an e-mail address and a password open, in organisations that admit the network address. */
export async function checkCredentials(
  env: Env,
  credentials: { email: string; password: string; organisation?: string | undefined },
  address: string,
): Promise<{ ok: true; matches: Match[] } | Refused> {
  const email = credentials.email.slice(0, 200);
  // Named, it is the only one that is tried: an address may have more accounts than are tried at once.
  const { organisation } = credentials;
  const within = organisation === undefined ? undefined : eq(users.tenantId, await idOf(env, organisation));
  const accounts = await drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.email, email), eq(users.status, 'active'), within))
    .orderBy(asc(users.createdAt))
    .limit(ACCOUNTS_PER_EMAIL_MAX);
  return check(env, accounts, email.toLowerCase(), credentials.password.slice(0, 200), address);
}

/** Whether a password is that of a user, counted as a sign-in is. */
export async function checkPasswordOf(
  env: Env,
  user: UserRow,
  password: string,
  address: string,
): Promise<{ ok: true; user: UserRow } | Refused> {
  const checked = await check(env, user.status === 'active' ? [user] : [], user.id, password.slice(0, 200), address);
  if (!checked.ok) return checked;
  const [match] = checked.matches;
  await match!.attempt.succeeded();
  return { ok: true, user: match!.user };
}

async function check(
  env: Env,
  accounts: UserRow[],
  unknown: string,
  password: string,
  address: string,
): Promise<{ ok: true; matches: Match[] } | Refused> {
  const from = await tryFrom(env, address);
  if (typeof from === 'number') return tooMany(from);
  const tried = await Promise.all(
    // Somebody unknown costs the same questions as somebody known.
    (accounts.length > 0 ? accounts : [null]).map(async (user) => {
      const [attempt, admitted] = await Promise.all([
        tryAccount(env, user?.id ?? unknown, address),
        tenantPolicy(env, user?.tenantId ?? PLATFORM_TENANT).admitsAddress(address),
      ]);
      return { user, attempt, admitted };
    }),
  );
  const pauses = tried.flatMap(({ attempt }) => (typeof attempt === 'number' ? [attempt] : []));
  if (pauses.length === tried.length) {
    await from.passed();
    return tooMany(Math.min(...pauses));
  }
  const matches: Match[] = [];
  let hashes = 0;
  let wrong = 0;
  for (const { user, attempt, admitted } of tried) {
    if (typeof attempt === 'number') continue;
    const right = await checkPassword(env.PASSWORD_PEPPER, user, password);
    hashes++;
    if (!right) wrong++;
    if (right && admitted) matches.push({ user: await renewHash(env, user!, password), attempt });
    else reportFailure(env, user, address, right ? 'address_not_allowed' : 'password');
  }
  if (matches.length > 0) {
    // A password that is wrong somewhere is a try at that account, also beside one where it is right: who makes accounts
    // of their own under other people's addresses must not guess on for nothing.
    const taken = matches.map(({ attempt }) => attempt.passed());
    await Promise.all(wrong > 0 ? taken : [from.passed(), ...taken]);
    return { ok: true, matches };
  }
  for (; hashes < HASHES_OF_A_FAILURE; hashes++) await checkPassword(env.PASSWORD_PEPPER, null, password);
  return { ok: false };
}

const tooMany = (pauseMs: number): Refused => ({ ok: false, retryAfterSeconds: Math.ceil(pauseMs / 1000) });

/** Hashes an outdated password anew, over the hash that was checked alone: a change in between must win. */
async function renewHash(env: Env, user: UserRow, password: string): Promise<UserRow> {
  if (!isOutdated(env.PASSWORD_PEPPER, user)) return user;
  const fresh = await hashPassword(env.PASSWORD_PEPPER, password);
  const [changed] = await drizzle(env.DIRECTORY)
    .update(users)
    .set(fresh)
    .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)))
    .returning();
  return changed ?? user;
}

/** A failed sign-in of a known account is counted in its organisation, behind the answer: it takes no time. */
export function reportFailure(env: Env, user: UserRow | null, address: string, reason: string): void {
  const log = loggerFor('identity', env.LOG_LEVEL);
  log('warn', 'login.refused', { address, userId: user?.id ?? null, reason });
  if (!user) return;
  const { tenantId, id: subject } = user;
  const route = 'POST /oauth/authorize';
  const denial = { kind: 'login' as const, tenantId, subject, route, reason, address, correlationId: '' };
  waitUntil(
    tenantPolicy(env, tenantId)
      .recordDenials([denial])
      .catch((error: unknown) => log('error', 'denial.not_counted', { error: errorText(error) })),
  );
}
