/** Every limit of the product with its source, but for the bounds of requests (contracts/kit/limits.ts); docs/limits.md explains the choices. */

/** Body of one webhook POST. Ours: 1 MiB holds some 4,000 positions and parses in one turn. */
export const INGEST_BODY_MAX_BYTES = 1_048_576;
/** Items of one webhook POST. Ours: bounds the work of one inbox transaction. */
export const INGEST_ITEMS_MAX = 5_000;
/** Body of any other request. Ours. */
export const API_BODY_MAX_BYTES = 262_144;
/** One queue message. Cloudflare Queues limit: 128 KB; ours leaves room for the envelope. */
export const QUEUE_MESSAGE_MAX_BYTES = 100_000;
/** Containers of one queue message. Ours: 20 messages a batch stay below 1,000 subrequests. */
export const QUEUE_MESSAGE_MAX_CONTAINERS = 45;
/** Events of one connection accepted but not yet confirmed. Ours: about 10 s of an object's work. */
export const INBOX_CREDIT_EVENTS = 20_000;
/** How long a dispatched message may stay unconfirmed before the inbox sends it again. Ours. */
export const INBOX_RESEND_AFTER_MS = 15_000;
/** Sends of one message before the inbox parks it. Ours: with the doubling, about an hour. */
export const INBOX_MAX_SENDS = 8;
/** Deliveries of a connection that go straight to their containers at once, instead of by the queue. */
export const INBOX_STRAIGHT_AT_ONCE = 32;
/** What such a delivery may hold: few containers, so that a burst shares its requests. */
export const INBOX_STRAIGHT_CONTAINERS = 10;
export const INBOX_STRAIGHT_EVENTS = 100;
/** Content keys an inbox remembers for de-duplication at the door. Ours: 8 bytes each in memory. */
export const INBOX_INGRESS_KEYS = 50_000;
/** Receipts kept for reading. Ours: bounds an inbox well under the 10 GB of an object. */
export const RECEIPTS_KEPT = 20_000;
/** Raw text kept of one quarantined item. Ours. */
export const QUARANTINE_RAW_MAX_CHARS = 4_096;
/** Quarantined items kept for a connection. Ours. */
export const QUARANTINE_KEPT = 10_000;
/** Points in one position chunk. Ours: about 12 KB, far below the 2 MB row limit of object SQLite. */
export const POSITION_CHUNK_POINTS = 256;
/** Journey events kept for one container. Ours: real journeys have under 200. */
export const JOURNEY_EVENTS_MAX = 500;
/** Statements stored of one container in all, those that count no more among them. */
export const CONTAINER_EVENTS_MAX = 30_000;
/** Times that one statement was said, kept: the first and the newest. */
export const STATEMENT_SAYINGS_MAX = 64;
/** Snapshots of a connection kept of one container: half a year of daily ones. */
export const SNAPSHOTS_KEPT = 200;
/** Published ETAs kept of one journey, all sources. Ours: real journeys have some dozens. */
export const ETA_SAID_MAX = 500;
/** Distance fields kept in one container's object, 23 KB each: its destination and a change of ships, with a canal closed. */
export const DISTANCE_FIELDS_KEPT = 6;
/** Journeys one ledger keeps. Ours: some 5 KB each, far below the 10 GB of an object. */
export const LEDGER_JOURNEYS_KEPT = 200_000;
/** Journeys counted in one answer on accuracy: the newest of the window. Ours: bounds one query to about a second. */
export const LEDGER_COUNTED_MAX = 20_000;
/** Versions of a tenant's models kept to go back to. Ours. */
export const MODEL_VERSIONS_KEPT = 20;
/** How long a ledger waits for more news before it trains. Ours. */
export const TRAIN_AFTER_MS = 3_600_000;
/** Lanes and ways trained in one run; the rest waits for the next. Ours: some 10 ms of work each. */
export const TRAIN_LANES_MAX = 200;
/** Deltas a live object remembers for resuming sockets. Ours: some 100 KB at most, else a snapshot. */
export const LIVE_RING_DELTAS = 32;
/** Positions of one live frame. Ours: the newest; the rest is read from the series. */
export const LIVE_POSITIONS_MAX = 500;
/** One WebSocket frame. Ours, below workerd's 1 MiB message limit. */
export const LIVE_FRAME_MAX_BYTES = 900_000;
/** Sockets of one object. Ours; the platform allows 32,768. */
export const LIVE_SOCKETS_MAX = 1_000;
/** How long a list over several shards waits for one of them. Ours: what a person waits for a page. */
export const SHARD_LIST_MS = 3_000;
/** Tenants named as missing from one page of a carrier's list. Ours; of the rest the page has the number. */
export const LACKING_NAMED_MAX = 20;
/** Tries of a booking that crosses with others of its allocation. Ours: each is a transaction of its own. */
export const BOOKING_TRIES = 5;
/** Object calls in flight from one invocation. Ours, under the subrequest limit of 1,000. */
export const FAN_OUT = 32;
/** Age at which a position no longer counts as fresh. Ours: AIS satellites revisit within hours. */
export const STALE_AFTER_MS = 6 * 3_600_000;
/** Access token lifetime: five minutes bounds what a stolen token is worth. */
export const ACCESS_TOKEN_SECONDS = 300;
/** Refresh token and session lifetime without use. Ours. */
export const SESSION_IDLE_SECONDS = 12 * 3_600;
/** Session lifetime however much it is used. OWASP Session Management: an absolute time-out as well. */
export const SESSION_MAX_SECONDS = 14 * 86_400;
/** Spent refresh tokens remembered of one session. Ours: reuse of a far older one is refused, but ends nothing. */
export const SPENT_REFRESH_KEPT = 200;
/** How long a renewal that is asked again answers the same successor: an answer that was lost, two tabs at once. Ours. */
export const RENEWAL_LEEWAY_MS = 10_000;
/** Sessions of one user. Ours: the oldest ends when another begins. */
export const SESSIONS_PER_USER_MAX = 20;
/** How long a read may go by an earlier yes of the policy. The promise: revoked means refused within a second. */
export const POLICY_CACHE_MS = 1_000;
/** Reads of one subject that one such yes covers at one edge. Ours: unused ones are given back. */
export const POLICY_LEASE_UNITS = 25;
/** Units of quota reserved in storage at once. Ours: a row written for each hundred requests. */
export const QUOTA_CHUNK = 100;
/** How long an edge keeps the published signing keys. Ours: a dropped key is refused after this time. */
export const KEYS_CACHE_MS = 60_000;
/** Days a signing key signs. NIST SP 800-57 part 1 allows years; ours bounds what a leaked key is worth. */
export const SIGNING_KEY_DAYS = 30;
/** How long a signing key is published before it signs: ten times KEYS_CACHE_MS. */
export const SIGNING_KEY_AHEAD_MS = 600_000;
/** How long a signing key stays published after its last signature: a token's life, doubled. */
export const SIGNING_KEY_OVERLAP_MS = 600_000;
/** Age of a DPoP proof. RFC 9449 section 11.1: "on the order of seconds or minutes". */
export const DPOP_PROOF_SECONDS = 60;
/** Lifetime of a client assertion from now. RFC 7523 section 3 leaves it to us. */
export const ASSERTION_MAX_SECONDS = 300;
/** Failed sign-ins of one account from one address before a pause. OWASP ASVS 2.2.1 allows 100 an hour. */
export const LOGIN_FAILURES_PAIR = 10;
/** Failed sign-ins of one account from anywhere, and from one address for any account, before a pause. */
export const LOGIN_FAILURES_WIDE = 100;
/** Wrong second factors of one user, whichever sign-ins they belong to, before a pause. */
export const LOGIN_FAILURES_FACTOR = 10;
/** Accounts of one e-mail address that a sign-in looks at, one an organisation. Ours: bounds the hashes of one try. */
export const ACCOUNTS_PER_EMAIL_MAX = 5;
/** The window of all three, ms. */
export const LOGIN_WINDOW_MS = 900_000;
/** How long an address from which an account got in is spared the pause that strangers caused it. */
export const LOGIN_KNOWN_DAYS = 30;
/** Time to enter the second factor, and tries at it. Ours: 5 of a million codes, three of them valid. */
export const SECOND_FACTOR_SECONDS = 300;
export const SECOND_FACTOR_TRIES = 5;
/** Recovery codes of one user. Ours. */
export const RECOVERY_CODES = 10;
/** How long an invitation and a password reset can be used. Ours. */
export const INVITATION_DAYS = 7;
export const PASSWORD_RESET_HOURS = 24;
/** Refusals of one kind by one subject within the window that raise a security alert. Ours. */
export const ALERT_FAILURES = 10;
export const ALERT_WINDOW_MS = 300_000;
/** Refusals of one organisation that one edge counts in a second. Ours: an attack must not load the object. */
export const DENIALS_PER_SECOND = 20;
/** Security alerts kept for a tenant. Ours. */
export const ALERTS_KEPT = 1_000;
/** How long the first answer of an Idempotency-Key is kept at least. Ours: longer than any client retries. */
export const IDEMPOTENCY_HOURS = 24;
/** How long a keyed request may run before another of the same key is let through. Ours. */
export const IN_FLIGHT_LEASE_MS = 30_000;
/** How long a second request of the same key waits for the first before it is refused. Ours. */
export const IN_FLIGHT_WAIT_MS = 2_000;
/** How long both secrets of a client or an outbound endpoint work after a rotation. Ours. */
export const SECRET_OVERLAP_HOURS = 24;
/** Authorization code lifetime. RFC 6749 section 4.1.2 recommends at most ten minutes. */
export const AUTH_CODE_SECONDS = 60;
/** WebSocket ticket lifetime: opened at once by the page that asked. */
export const WS_TICKET_SECONDS = 30;
/** Clock difference allowed in a signed webhook. Standard Webhooks 1.0.0: five minutes. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;
/** Redelivery delays of outbound webhooks in seconds. Standard Webhooks 1.0.0's suggestion. */
export const WEBHOOK_RETRY_SECONDS = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** Time one outbound delivery may take. Ours. */
export const WEBHOOK_TIMEOUT_MS = 10_000;
/** Bytes of a receiver's answer kept in the log. Ours. */
export const WEBHOOK_ANSWER_MAX_BYTES = 2_048;
/** Endpoints of one tenant. Ours. */
export const WEBHOOK_ENDPOINTS_MAX = 20;
/** How long a settled delivery is kept, and a pending one tried for. Ours: a month of history to replay from. */
export const DELIVERY_KEPT_MS = 30 * 86_400_000;
/** Deliveries that may be pending for one endpoint. Ours: some 200 MB of an object's 10 GB. */
export const DELIVERIES_PENDING_MAX = 200_000;
/** Settled deliveries kept for one endpoint, beside those that are pending. Ours: as above. */
export const DELIVERIES_SETTLED_MAX = 200_000;
/** Records of the audit trail that are handed over at once. Ours: some 100 KB, in one turn of an object. */
export const AUDIT_BATCH_MAX = 500;
/** Characters of a page of the audit trail, as JSON. Ours: of the largest entries, some fifty. */
export const AUDIT_PAGE_MAX_CHARS = 1_000_000;
/** Pages of one export. Ours, under the subrequest limit of 1,000. */
export const AUDIT_EXPORT_PAGES_MAX = 900;

/**
 * Cloudflare's published prices in USD per million, Workers Paid plan, read 2026-11-22 from the
 * pricing pages of Workers, Durable Objects and Queues. The benchmark turns counts into money by it.
 */
export const PRICES_USD_PER_MILLION = {
  asOf: '2026-11-22',
  workerRequest: 0.3,
  objectRequest: 0.15,
  rowWritten: 1.0,
  rowRead: 0.001,
  queueOperation: 0.4,
} as const;
