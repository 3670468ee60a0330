/** Bindings and secrets: what is missing is named at the start, not somewhere in the middle of a request. */

/** Throws, naming what is missing: a secret that is not there must never count as an empty one. */
export function requireBindings<E extends object>(worker: string, env: E, names: readonly (keyof E & string)[]): void {
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) {
    throw new Error(`${worker} lacks ${missing.join(', ')}: see its wrangler.toml and docs/operations.md`);
  }
}
