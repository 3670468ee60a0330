import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Actor } from '../../contracts/actor.ts';
import type { AuthorizationRequest, IdentityApi } from '../../contracts/identity.ts';
import { ok } from '../../contracts/result.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { randomToken } from '../../platform/ids.ts';
import { WS_TICKET_SECONDS } from '../../platform/limits.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { refuse } from '../../platform/service.ts';
import * as directory from './directory.ts';
import type { Env } from './env.ts';
import { publicKeys } from './keys.ts';
import * as oauth from './oauth.ts';

type Paging = { cursor?: string | undefined; limit: number };
type Input<Method extends keyof IdentityApi> = Parameters<IdentityApi[Method]>[1];

/** The identity service: OAuth server, directory of people and organisations, sessions, tickets. */
export class IdentityService extends WorkerEntrypoint<Env> implements IdentityApi {
  createTenant(actor: Actor, input: Input<'createTenant'>) {
    return directory.createTenant(this.env, actor, input);
  }
  listTenants(actor: Actor, query: Paging) {
    return directory.listTenants(this.env, actor, query);
  }
  createUser(actor: Actor, input: Input<'createUser'>) {
    return directory.createUser(this.env, actor, input);
  }
  listUsers(actor: Actor, query: Paging) {
    return directory.listUsers(this.env, actor, query);
  }
  createClient(actor: Actor, input: Input<'createClient'>) {
    return directory.createClient(this.env, actor, input);
  }
  listClients(actor: Actor, query: Paging) {
    return directory.listClients(this.env, actor, query);
  }
  createCarrier(actor: Actor, input: Input<'createCarrier'>) {
    return directory.createCarrier(this.env, actor, input);
  }
  listCarriers(actor: Actor, query: Paging) {
    return directory.listCarriers(this.env, actor, query);
  }
  getCarrier(actor: Actor, id: string) {
    return directory.getCarrier(this.env, actor, id);
  }
  me(actor: Actor) {
    return directory.me(this.env, actor);
  }
  jwks() {
    return publicKeys(this.env);
  }
  async checkAuthorization(query: Record<string, string>) {
    return oauth.checkAuthorization(this.env, query);
  }
  login(request: AuthorizationRequest, credentials: { email: string; password: string }, address: string) {
    return oauth.login(this.env, request, credentials, address);
  }
  token(form: Record<string, string>, basic: string | null) {
    return oauth.token(this.env, form, basic);
  }

  /** A ticket that opens one WebSocket, once, within half a minute. */
  async createTicket(actor: Actor, topic: string) {
    const refused = refuse(actor, 'live:subscribe') ?? refuse(actor, 'containers:read');
    if (refused) return refused;
    const ticket = `${actor.tenantId}.${randomToken()}`;
    await tenantPolicy(this.env, actor.tenantId).storeTicket(
      await sha256Hex(ticket),
      topic,
      Date.now() + WS_TICKET_SECONDS * 1000,
    );
    return ok({ ticket, expiresInSeconds: WS_TICKET_SECONDS });
  }

  /** What a ticket opens, once. */
  async redeemTicket(ticket: string) {
    const tenantId = await directory.tenantOfSecret(this.env, ticket);
    if (!tenantId) return null;
    const topic = await tenantPolicy(this.env, tenantId).redeemTicket(await sha256Hex(ticket), Date.now());
    return topic ? { tenantId, topic } : null;
  }

  /** Signs the actor's session out. */
  async endSession(actor: Actor) {
    if (!actor.sessionId) return ok({ ended: false });
    return ok({ ended: await tenantPolicy(this.env, actor.tenantId).endSession(actor.sessionId) });
  }
}
