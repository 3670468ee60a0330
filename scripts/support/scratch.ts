/** A platform of its own in a scratch folder, on a free port, with one tenant: for scripts and tests. */
import { randomBytes } from 'node:crypto';
import { loadSecrets, prepareFolder } from '../runtime/data-folder.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../runtime/runtime.ts';
import { ApiClient } from './api.ts';
import { createTenantWithAdmin } from './invitations.ts';
import { currentSecret } from './secret-rings.ts';
import { signIn } from './sign-in.ts';

/** A started scratch platform. */
export interface Scratch {
  runtime: Runtime;
  origin: string;
  port: number;
  api: ApiClient;
  credentials: { id: string; secret: string };
}

/** Starts a platform in the folder and creates its tenant. */
export async function startScratch(dataDir: string, more: Partial<RuntimeOptions> = {}): Promise<Scratch> {
  prepareFolder(dataDir);
  const runtime = await startRuntime({ dataDir, port: 0, ...more });
  const { origin } = runtime;
  const port = Number(new URL(origin).port);
  try {
    const credentials = await createFirstTenant(dataDir, origin);
    return { runtime, origin, port, api: new ApiClient(origin, credentials), credentials };
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

/** Creates a tenant on the running platform of a data folder; resolves to the credentials of an administrating client. */
export async function createFirstTenant(dataDir: string, origin: string): Promise<{ id: string; secret: string }> {
  const operator = new ApiClient(origin, {
    id: 'platform-operator',
    secret: currentSecret(loadSecrets(dataDir, origin).identity.OPERATOR_SECRET!),
  });
  const password = randomBytes(12).toString('base64url');
  const email = 'admin@scratch.example';
  await createTenantWithAdmin(operator, { name: 'Scratch', slug: 'scratch', email }, { name: 'Admin', password });
  const token = await signIn(origin, email, password);
  const { id, secret } = await new ApiClient(origin, null).must(
    'POST',
    '/v1/clients',
    { name: 'Scratch', role: 'tenant_admin' },
    { authorization: `Bearer ${token}` },
  );
  return { id, secret };
}
