/** Access tokens: where they come from, and when they are renewed. */
import { tokenErrorOf } from './errors.ts';

/** Gives an access token: another one than `refused`, where a request was refused with that. */
export type TokenSource = (refused?: string) => Promise<string>;

/** A machine client's id and secret. */
export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
  /** Permissions wanted, separated by spaces; all of the client's without it. */
  scope?: string;
}

/** A token is renewed this long before it ends, so that none ends on its way. */
const RENEW_BEFORE_MS = 30_000;

/** What a token source asks of its surroundings. */
export interface TokenOptions {
  origin: string;
  fetch: typeof fetch;
  now: () => number;
}

/** Tokens by client_credentials (RFC 6749 section 4.4), one at a time however many ask. */
export function clientCredentials(credentials: ClientCredentials, { origin, fetch, now }: TokenOptions): TokenSource {
  let known: { text: string; until: number } | null = null;
  let asked: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
    const { clientId, clientSecret, scope } = credentials;
    // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
    const basic = btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
    const answer = await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }).toString(),
    });
    if (!answer.ok) throw await tokenErrorOf(clientId, answer);
    const { access_token: text, expires_in: seconds } = (await answer.json()) as {
      access_token: string;
      expires_in: number;
    };
    known = { text, until: now() + seconds * 1000 - RENEW_BEFORE_MS };
    return text;
  };
  return (refused) => {
    // Refusals of an old token come in late: they are no reason to renew the one that came after it.
    if (known && known.until > now() && known.text !== refused) return Promise.resolve(known.text);
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
  };
}
