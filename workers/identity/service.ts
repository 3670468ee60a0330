import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Actor } from '../../contracts/actor.ts';
import type { AuthorizationRequest, IdentityApi, OAuthRequest } from '../../contracts/identity.ts';
import type { Limits, Policy } from '../../contracts/policy.ts';
import * as account from './account.ts';
import * as authorize from './authorize.ts';
import * as clients from './clients.ts';
import * as directory from './directory.ts';
import type { Env } from './env.ts';
import { checkEnv } from './env-check.ts';
import * as grants from './grants.ts';
import * as invitations from './invitations.ts';
import { publicKeys } from './keys.ts';
import * as people from './people.ts';
import * as policy from './policy.ts';
import * as tokenStatus from './token-status.ts';

type Paging = directory.Paging;
type Argument<Method extends keyof IdentityApi, Index extends number> = Parameters<IdentityApi[Method]>[Index];

/** The identity service: OAuth server, directory of people and organisations, sessions, policy. */
export class IdentityService extends WorkerEntrypoint<Env> implements IdentityApi {
  constructor(ctx: ExecutionContext, env: Env) {
    super(ctx, env);
    checkEnv(env);
  }

  createTenant(actor: Actor, input: Argument<'createTenant', 1>, key: string) {
    return directory.createTenant(this.env, actor, input, key);
  }
  listTenants(actor: Actor, query: Paging) {
    return directory.listTenants(this.env, actor, query);
  }
  getLimits(actor: Actor, tenantId: string) {
    return policy.getLimits(this.env, actor, tenantId);
  }
  putLimits(actor: Actor, tenantId: string, limits: Limits, expectedVersion: number) {
    return policy.putLimits(this.env, actor, tenantId, limits, expectedVersion);
  }
  listSigningKeys(actor: Actor) {
    return policy.listSigningKeys(this.env, actor);
  }
  rotateSigningKeys(actor: Actor, immediately: boolean) {
    return policy.rotateSigningKeys(this.env, actor, immediately);
  }

  createUser(actor: Actor, input: Argument<'createUser', 1>, key: string) {
    return people.createUser(this.env, actor, input, key);
  }
  listUsers(actor: Actor, query: Argument<'listUsers', 1>) {
    return people.listUsers(this.env, actor, query);
  }
  getUser(actor: Actor, id: string) {
    return people.getUser(this.env, actor, id);
  }
  changeUser(actor: Actor, id: string, input: Argument<'changeUser', 2>, expectedVersion: number) {
    return people.changeUser(this.env, actor, id, input, expectedVersion);
  }
  createInvitation(actor: Actor, input: Argument<'createInvitation', 1>, key: string) {
    return invitations.createInvitation(this.env, actor, input, key);
  }
  listInvitations(actor: Actor, query: Paging) {
    return invitations.listInvitations(this.env, actor, query);
  }
  withdrawInvitation(actor: Actor, id: string) {
    return invitations.withdrawInvitation(this.env, actor, id);
  }
  createPasswordReset(actor: Actor, userId: string, key: string) {
    return invitations.createPasswordReset(this.env, actor, userId, key);
  }
  passwordLinkTarget(token: string) {
    return invitations.passwordLinkTarget(this.env, token);
  }
  choosePassword(input: Argument<'choosePassword', 0>) {
    return invitations.choosePassword(this.env, input);
  }

  createClient(actor: Actor, input: Argument<'createClient', 1>, key: string) {
    return clients.createClient(this.env, actor, input, key);
  }
  listClients(actor: Actor, query: Paging) {
    return clients.listClients(this.env, actor, query);
  }
  getClient(actor: Actor, id: string) {
    return clients.getClient(this.env, actor, id);
  }
  changeClient(actor: Actor, id: string, input: Argument<'changeClient', 2>, expectedVersion: number) {
    return clients.changeClient(this.env, actor, id, input, expectedVersion);
  }
  rotateClientSecret(actor: Actor, id: string, key: string) {
    return clients.rotateClientSecret(this.env, actor, id, key);
  }

  createCarrier(actor: Actor, input: Argument<'createCarrier', 1>, key: string) {
    return directory.createCarrier(this.env, actor, input, key);
  }
  listCarriers(actor: Actor, query: Paging) {
    return directory.listCarriers(this.env, actor, query);
  }
  getCarrier(actor: Actor, id: string) {
    return directory.getCarrier(this.env, actor, id);
  }
  listCarrierCustomers(actor: Actor, query: Paging) {
    return directory.listCarrierCustomers(this.env, actor, query);
  }

  getPolicy(actor: Actor) {
    return policy.getPolicy(this.env, actor);
  }
  putPolicy(actor: Actor, document: Policy, expectedVersion: number, address: string) {
    return policy.putPolicy(this.env, actor, document, expectedVersion, address);
  }
  isCorsOrigin(origin: string) {
    return policy.isCorsOrigin(this.env, origin);
  }
  listAlerts(actor: Actor, query: Paging) {
    return policy.listAlerts(this.env, actor, query);
  }

  me(actor: Actor) {
    return account.me(this.env, actor);
  }
  listSessions(actor: Actor, query: Argument<'listSessions', 1>) {
    return account.listSessions(this.env, actor, query);
  }
  endSession(actor: Actor, sessionId: string, userId?: string) {
    return account.endSession(this.env, actor, sessionId, userId);
  }
  endSessionsOf(actor: Actor, userId: string) {
    return account.endSessionsOf(this.env, actor, userId);
  }
  changePassword(actor: Actor, input: Argument<'changePassword', 1>, address: string) {
    return account.changePassword(this.env, actor, input, address);
  }
  enrolFactor(actor: Actor, password: string, address: string) {
    return account.enrolFactor(this.env, actor, password, address);
  }
  confirmFactor(actor: Actor, code: string) {
    return account.confirmFactor(this.env, actor, code);
  }
  removeFactor(actor: Actor, password: string, address: string) {
    return account.removeFactor(this.env, actor, password, address);
  }
  resetFactor(actor: Actor, userId: string) {
    return account.resetFactor(this.env, actor, userId);
  }
  createTicket(actor: Actor, topic: string) {
    return account.createTicket(this.env, actor, topic);
  }
  redeemTicket(ticket: string, address: string) {
    return account.redeemTicket(this.env, ticket, address);
  }

  jwks() {
    return publicKeys(this.env);
  }
  async checkAuthorization(query: Record<string, string>) {
    return authorize.checkAuthorization(this.env, query);
  }
  login(request: AuthorizationRequest, credentials: { email: string; password: string }, address: string) {
    return authorize.login(this.env, request, credentials, address);
  }
  finishLogin(pending: string, code: string, address: string) {
    return authorize.finishLogin(this.env, pending, code, address);
  }
  token(request: OAuthRequest) {
    return grants.token(this.env, request);
  }
  introspect(request: OAuthRequest) {
    return tokenStatus.introspect(this.env, request);
  }
  revoke(request: OAuthRequest) {
    return tokenStatus.revoke(this.env, request);
  }
}
