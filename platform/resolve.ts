/** The addresses that a host name stands for, where the runtime lets one see them. */
import { promises as dns } from 'node:dns';

/** How long is waited for a name's addresses before the name is taken as unseen. */
const WITHIN_MS = 2_000;

/**
 * The IPv4 and IPv6 addresses of a host. Empty when nobody can tell: workerd resolves by a service of its own, which
 * an installation without a way out does not reach. Whoever connects afterwards resolves anew: this is a second
 * line behind the rules for names, and not a proof.
 */
export async function addressesOf(host: string): Promise<string[]> {
  // Each by itself: a name server that is slow with one kind must not hide what it said of the other.
  return (await Promise.all([inTime(dns.resolve4(host)), inTime(dns.resolve6(host))])).flat();
}

/** What was answered in time; nothing when it failed or came late. */
function inTime(asked: Promise<string[]>): Promise<string[]> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve([]), WITHIN_MS);
    void asked
      .catch(() => [])
      .then((found) => {
        clearTimeout(late);
        resolve(found);
      });
  });
}
