/** The databases behind the platform, for what no request can do: let time pass, or break something. */
import type { Platform } from './harness.ts';

/** A database, as far as tests use it. */
interface Database {
  prepare(sql: string): Statement;
}

interface Statement {
  bind(...values: unknown[]): Statement;
  first(): Promise<any>;
  run(): Promise<unknown>;
}

/** A shard by the name of its binding. */
export async function shardOf(platform: Platform, name: string): Promise<Database> {
  const env = await platform.server.getWorker<Record<string, Database>>('fairlead-procurement').getEnv();
  return env[name]!;
}
