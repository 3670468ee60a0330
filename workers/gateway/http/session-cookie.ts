/**
 * The refresh token of a browser, in a cookie that no script sees and that goes to the OAuth endpoints alone: so all
 * tabs share one session. A page has to ask for it by `refresh_token_delivery=cookie`, and only our own may.
 */
import { SESSION_IDLE_SECONDS } from '../../../platform/limits.ts';

/** Where the cookie is sent to. */
const PATH = '/oauth';

/** A browser takes Secure cookies and their prefix over https alone; a development issuer has plain http. */
const isSecure = (issuer: string): boolean => issuer.startsWith('https:');
const nameOf = (issuer: string): string => `${isSecure(issuer) ? '__Secure-' : ''}fairlead-session`;

/** The refresh token in a request's cookies; null when there is none. */
export function sessionCookieOf(headers: Headers, issuer: string): string | null {
  const pairs = (headers.get('cookie') ?? '').split(/;\s*/);
  const own = pairs.find((pair) => pair.startsWith(`${nameOf(issuer)}=`));
  return own?.slice(nameOf(issuer).length + 1) || null;
}

/** The Set-Cookie header that keeps a refresh token for as long as its session may rest; null ends the cookie. */
export function setSessionCookie(issuer: string, token: string | null): string {
  const life = token === null ? 0 : SESSION_IDLE_SECONDS;
  const secure = isSecure(issuer) ? '; Secure' : '';
  return `${nameOf(issuer)}=${token ?? ''}; Path=${PATH}; Max-Age=${life}; HttpOnly; SameSite=Strict${secure}`;
}
