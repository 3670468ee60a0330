/** Fields of a log line. Secrets have no business here: the named ones do not type-check. */
export type LogFields = Record<string, unknown> & {
  password?: never;
  secret?: never;
  token?: never;
  authorization?: never;
  ticket?: never;
};

/** Severity of a log line, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** Writes one JSON line; lines below the Worker's LOG_LEVEL are dropped. */
export type Logger = (level: LogLevel, event: string, fields?: LogFields) => void;

/** A logger for one service. `threshold` is the LOG_LEVEL binding; info when absent or unknown. */
export function loggerFor(service: string, threshold: string | undefined): Logger {
  const least = ORDER[threshold as LogLevel] ?? ORDER.info;
  return (level, event, fields = {}) => {
    if (ORDER[level] < least) return;
    console.log(JSON.stringify({ at: new Date().toISOString(), level, service, event, ...fields }));
  };
}

/** The share of what is usual that is logged where LOG_SAMPLE does not say another. */
const SHARE_LOGGED = 0.1;

/** The share that LOG_SAMPLE names, from 0 to 1. */
function shareOf(sample: string | undefined): number {
  const wanted = Number(sample ?? SHARE_LOGGED);
  return wanted >= 0 && wanted <= 1 ? wanted : SHARE_LOGGED;
}

/** The first eight hexadecimal digits of an id decide: they are as many values. */
const DRAWS = 2 ** 32;

/**
 * Whether the lines of a request that went as usual are written, by its correlation id: every service decides alike, so
 * that what is sampled is whole. `sample` is the LOG_SAMPLE binding.
 */
export const isSampled = (correlationId: string, sample: string | undefined): boolean =>
  Number.parseInt(correlationId.slice(0, 8), 16) < shareOf(sample) * DRAWS;

/** A new correlation id, a UUID; `isFollowed` makes it one of those that are logged, unless none are. */
export function newCorrelationId(isFollowed: boolean, sample: string | undefined): string {
  const id = crypto.randomUUID();
  if (!isFollowed) return id;
  const drawn = Math.floor(Math.random() * shareOf(sample) * DRAWS);
  return drawn.toString(16).padStart(8, '0') + id.slice(8);
}

/**
 * The message of anything thrown, for a log line; never its stack. Drizzle puts every bound value
 * into its message (`params: ...`): password hashes among them, so that part is cut off.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.split('\nparams:')[0];
  const cause = error.cause instanceof Error ? ` (${error.cause.message.split('\nparams:')[0]})` : '';
  return `${error.name}: ${message}${cause}`.slice(0, 1_000);
}
