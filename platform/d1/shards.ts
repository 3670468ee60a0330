/** Names of the shard bindings. A tenant's shard is stored with it and never computed from its id. */
export const SHARDS = ['SHARD_0', 'SHARD_1', 'SHARD_2', 'SHARD_3'] as const;

/** The name of a shard binding. */
export type ShardName = (typeof SHARDS)[number];

/** The part of an environment that binds the shards. */
export type ShardBindings = Record<ShardName, D1Database>;
