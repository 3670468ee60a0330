/**
 * The entry of a Worker with rate limits on one machine. Cloudflare counts them beside the Worker, at no cost that a
 * request feels; the tooling's own stand-in writes a row to disk for each. Here they are counted in the Worker's
 * memory, in windows of the limit's period. LOCAL_LIMITS has what its configuration binds.
 */
import worker from './index.js';

export * from './index.js';

/** A binding as Cloudflare's: `success` is false from the first request over the limit until its window ends. */
class Limit {
  #limit;
  #periodMs;
  #begins = 0;
  #counts = new Map();

  /** @param {{ limit: number, periodSeconds: number }} settings */
  constructor({ limit, periodSeconds }) {
    this.#limit = limit;
    this.#periodMs = periodSeconds * 1_000;
  }

  /** @param {{ key: string }} request */
  async limit({ key }) {
    const begins = Math.floor(Date.now() / this.#periodMs);
    if (begins !== this.#begins) {
      this.#begins = begins;
      this.#counts.clear();
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return { success: count <= this.#limit };
  }
}

/** Environments with their limits: the runtime gives a Worker the same one for every request. */
const environments = new WeakMap();

function withLimits(env) {
  let found = environments.get(env);
  if (!found) {
    const { LOCAL_LIMITS: settings, ...bindings } = env;
    const limits = Object.entries(settings).map(([name, of]) => [name, new Limit(of)]);
    found = { ...bindings, ...Object.fromEntries(limits) };
    environments.set(env, found);
  }
  return found;
}

export default {
  ...worker,
  fetch: (request, env, ctx) => worker.fetch(request, withLimits(env), ctx),
};
