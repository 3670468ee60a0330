/**
 * What stands in for Cloudflare's rate limiting on one machine: counts in memory, in windows of the limit's period,
 * where the tooling's own stand-in writes a row to disk for every request. Each binding names its limit in `props`.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';

/** Keys counted in the current window, by binding; a window's counts leave with it. */
const windows = new Map();

/** Counts a request of `key`; `success` is false from the first request over the limit until the window ends. */
export default class Limits extends WorkerEntrypoint {
  /** @param {{ key: string }} request */
  limit({ key }) {
    const { binding, limit, periodSeconds } = this.ctx.props;
    const begins = Math.floor(Date.now() / (periodSeconds * 1_000));
    let window = windows.get(binding);
    if (window?.begins !== begins) {
      window = { begins, counts: new Map() };
      windows.set(binding, window);
    }
    const count = (window.counts.get(key) ?? 0) + 1;
    window.counts.set(key, count);
    return { success: count <= limit };
  }
}
