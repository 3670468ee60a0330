/** Instants as the API has them: RFC 3339 in UTC. Inside, instants are milliseconds since the epoch. */

/** An instant of an answer. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}

/** An instant that may be unknown. */
export function toInstantOrNull(ms: number | null): string | null {
  return ms === null ? null : toInstant(ms);
}
