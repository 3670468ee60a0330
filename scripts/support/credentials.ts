/** How scripts find a running platform and who they are to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api.ts';
import { loadDemo } from './demo.ts';
import { newestFirst } from './secret-rings.ts';
import type { Secrets } from './secrets.ts';
import { PlainError } from './terminal.ts';

/** A platform, and the folder that has its secrets and its demonstration. */
export interface Whereabouts {
  origin: string;
  dataDir: string;
}

/** Where a data folder has its secrets. */
export const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

/** The secrets of a data folder; throws in plain words when there are none. */
export function readSecrets(dataDir: string): Secrets {
  if (!existsSync(secretsFile(dataDir))) {
    throw new PlainError(
      `There is no secrets.json in ${dataDir}: start the platform once, or name the folder by --data.`,
    );
  }
  return JSON.parse(readFileSync(secretsFile(dataDir), 'utf8')) as Secrets;
}

/**
 * The platform operator's client, by OPERATOR_SECRET or the data folder: by the newest secret that the platform takes,
 * for one that was rotated is in force from its next start.
 */
export async function operatorOf({ origin, dataDir }: Whereabouts): Promise<ApiClient> {
  const stored = existsSync(secretsFile(dataDir)) ? readSecrets(dataDir).identity.OPERATOR_SECRET : undefined;
  const given = process.env.OPERATOR_SECRET;
  const secrets = given ? [given] : stored ? newestFirst(stored).map(({ secret }) => secret) : [];
  if (secrets.length === 0) throw new PlainError(`There is no operator secret in ${dataDir} nor in OPERATOR_SECRET.`);
  const clients = secrets.map((secret) => operatorBy(origin, secret));
  for (const client of clients) if (await isTaken(client)) return client;
  if (!(await isReached(origin))) return clients[0]!;
  throw new PlainError(
    'The platform does not take the secret of its operator. One that was rotated is taken from the next start on: ' +
      'start the platform anew, or check OPERATOR_SECRET.',
  );
}

const operatorBy = (origin: string, secret: string): ApiClient =>
  new ApiClient(origin, { id: 'platform-operator', secret });

const isTaken = (client: ApiClient): Promise<boolean> =>
  client.token().then(
    () => true,
    () => false,
  );

/** The id, in its ring, of the newest operator's secret that the platform takes; null when it takes none, or is not there. */
export async function operatorSecretInForce(origin: string, ring: string): Promise<string | null> {
  for (const { id, secret } of newestFirst(ring)) if (await isTaken(operatorBy(origin, secret))) return id;
  return null;
}

/** A client of a tenant, by CLIENT_ID and CLIENT_SECRET, or that of the demonstration. */
export function tenantClientOf({ origin, dataDir }: Whereabouts): ApiClient {
  const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;
  const credentials = id && secret ? { id, secret } : loadDemo(dataDir)?.client;
  if (!credentials) throw new PlainError('Name a client of the tenant by CLIENT_ID and CLIENT_SECRET.');
  return new ApiClient(origin, credentials);
}

/** Whether a platform answers at an origin. */
export const isReached = (origin: string): Promise<boolean> =>
  fetch(`${origin}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );

/** Runs requests to a platform; one that cannot be reached, or refuses, is said in a sentence. */
export async function atPlatform<T>(origin: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlainError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlainError(
      (await isReached(origin))
        ? `The platform refused: ${reason}`
        : `There is no platform at ${origin}. Start it first.`,
    );
  }
}
