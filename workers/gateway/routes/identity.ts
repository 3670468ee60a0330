/** Organisations, people, machines, carriers, policy, and one's own account. */
import { identity } from '../../../contracts/identity/index.ts';
import { notifications } from '../../../contracts/notifications/index.ts';
import { tracking } from '../../../contracts/tracking/index.ts';
import { route, tagged } from '../http/route.ts';

/** The routes of identity. */
export const identityRoutes = [
  ...tagged('Account', [
    route('get', '/v1/me', identity.me),
    route('put', '/v1/me/password', identity.changePassword),
    route('post', '/v1/me/second-factor', identity.enrolFactor, 201),
    route('post', '/v1/me/second-factor/confirm', identity.confirmFactor),
    route('post', '/v1/me/second-factor/remove', identity.removeFactor),
    route('get', '/v1/sessions', identity.listSessions),
    route('delete', '/v1/sessions/{sessionId}', identity.endSession),
    route('post', '/v1/sign-out', identity.signOut),
  ]),
  ...tagged('Tenants', [
    route('post', '/v1/tenants', identity.createTenant, 201),
    route('post', '/v1/tenants/{id}/administrators', identity.inviteAdministrator, 201),
    route('get', '/v1/tenants', identity.listTenants),
    route('get', '/v1/tenants/{id}/limits', identity.getLimits),
    route('put', '/v1/tenants/{id}/limits', identity.putLimits),
  ]),
  ...tagged('People', [
    route('post', '/v1/users', identity.createUser, 201),
    route('get', '/v1/users', identity.listUsers),
    route('get', '/v1/users/{id}', identity.getUser),
    route('put', '/v1/users/{id}', identity.changeUser),
    route('post', '/v1/users/{id}/password-reset', identity.createPasswordReset, 201),
    route('delete', '/v1/users/{id}/second-factor', identity.resetFactor),
    route('get', '/v1/users/{id}/sessions', identity.listUserSessions),
    route('delete', '/v1/users/{id}/sessions', identity.endUserSessions),
    route('delete', '/v1/users/{id}/sessions/{sessionId}', identity.endUserSession),
    route('post', '/v1/invitations', identity.createInvitation, 201),
    route('get', '/v1/invitations', identity.listInvitations),
    route('delete', '/v1/invitations/{id}', identity.withdrawInvitation),
  ]),
  ...tagged('Machines', [
    route('post', '/v1/clients', identity.createClient, 201),
    route('get', '/v1/clients', identity.listClients),
    route('get', '/v1/clients/{id}', identity.getClient),
    route('put', '/v1/clients/{id}', identity.changeClient),
    route('post', '/v1/clients/{id}/rotate-secret', identity.rotateClientSecret),
  ]),
  ...tagged('Carriers', [
    route('post', '/v1/carriers', identity.createCarrier, 201),
    route('get', '/v1/carriers', identity.listCarriers),
    route('get', '/v1/carriers/{id}', identity.getCarrier),
  ]),
  ...tagged('Policy', [
    route('get', '/v1/policy', identity.getPolicy),
    route('put', '/v1/policy', identity.putPolicy),
    route('get', '/v1/security-alerts', identity.listAlerts),
  ]),
  ...tagged('Platform', [
    route('get', '/v1/signing-keys', identity.listSigningKeys),
    route('post', '/v1/signing-keys/rotate', identity.rotateSigningKeys),
    route('post', '/v1/operator-client/revoke', identity.revokeOperatorClient),
    route('post', '/v1/sealing-keys/identity/reseal', identity.resealIdentity),
    route('post', '/v1/sealing-keys/tracking/reseal', tracking.resealTracking),
    route('post', '/v1/sealing-keys/notifications/reseal', notifications.resealNotifications),
  ]),
  ...tagged('For carriers', [route('get', '/v1/carrier/customers', identity.listCarrierCustomers)]),
];
