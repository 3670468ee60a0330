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
  const late = new Promise<string[]>((resolve) => setTimeout(() => resolve([]), WITHIN_MS));
  const seen = [dns.resolve4(host), dns.resolve6(host)].map((asked) => asked.catch(() => [] as string[]));
  return Promise.race([Promise.all(seen).then((found) => found.flat()), late]);
}
