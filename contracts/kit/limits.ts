/** Bounds of requests: what a contract's schema enforces. platform/limits.ts has all others. */

/** Items of a page by default and at most. Ours. */
export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 500;
/** Position points of one page. Ours: about 100 KB. */
export const POSITIONS_PAGE_MAX = 2_000;
/** Containers registered in one request. Ours: one object request each. */
export const REGISTER_MAX = 200;
/** Containers of one booking. Ours. */
export const BOOKING_CONTAINERS_MAX = 50;
/** Days an answer on accuracy or reliability may look back, and does by default. Ours. */
export const LEDGER_WINDOW_MAX_DAYS = 400;
export const LEDGER_WINDOW_DAYS = 90;
/** Requests of one tenant a minute unless an operator sets another number. Ours. */
export const QUOTA_TENANT_PER_MINUTE = 60_000;
/** Requests of one user or client a minute unless an operator sets another number. Ours. */
export const QUOTA_SUBJECT_PER_MINUTE = 6_000;
/** Addresses and ranges of each of a tenant's lists. Ours: checked on every request. */
export const POLICY_ADDRESSES_MAX = 200;
/** Origins of a tenant's browser applications. Ours. */
export const CORS_ORIGINS_MAX = 20;
/** Carriers or lanes that a webhook endpoint may filter by. Ours. */
export const WEBHOOK_FILTER_MAX = 50;
