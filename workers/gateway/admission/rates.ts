/** The limits in front by name, in requests a minute; wrangler.toml has the same numbers, and a test compares them. */
export const REQUESTS_PER_MINUTE = { address: 600, subject: 6_000, connection: 6_000 } as const;

/** The name of a limit. */
export type LimitName = keyof typeof REQUESTS_PER_MINUTE;
