/** Alarms for tests that run inside the Workers runtime. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';

/**
 * Makes all deadlines of an object due, and one of a name that it need not have, and runs its alarm. Answers whether there
 * was one to run.
 */
export async function runAlarm<O extends Rpc.DurableObjectBranded | undefined>(
  stub: DurableObjectStub<O>,
  name?: string,
): Promise<boolean> {
  await runInDurableObject(stub, (_object, { storage }) => {
    storage.sql.exec('UPDATE deadlines SET at = 0');
    if (name) storage.sql.exec('INSERT OR REPLACE INTO deadlines (name, at) VALUES (?, 0)', name);
  });
  // It reads its deadlines, and sets its alarm, when it wakes.
  await evictDurableObject(stub);
  await runInDurableObject(stub, () => {});
  return runDurableObjectAlarm(stub);
}
