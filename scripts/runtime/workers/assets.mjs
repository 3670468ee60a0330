/**
 * Serves the console's files to the gateway. A Worker with files of its own is reached through two more of the
 * tooling's; kept apart from the gateway, only requests for files pay for them.
 */
export default {
  /** @param {Request} request @param {{ ASSETS: { fetch(request: Request): Promise<Response> } }} env */
  fetch: (request, env) => env.ASSETS.fetch(request),
};
