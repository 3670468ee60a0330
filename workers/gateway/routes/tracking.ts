/** Containers, ETAs, sea routes, carrier connections and what became of what they posted. */
import { tracking } from '../../../contracts/tracking/index.ts';
import { route, tagged } from '../http/route.ts';

/** The routes of tracking. */
export const trackingRoutes = [
  ...tagged('Containers', [
    route('post', '/v1/containers', tracking.registerContainers, 201),
    route('get', '/v1/containers', tracking.listContainers),
    route('get', '/v1/containers/{number}', tracking.getContainer),
    route('post', '/v1/containers/{number}/untrack', tracking.untrackContainer),
    route('post', '/v1/containers/{number}/archive', tracking.archiveContainer),
    route('post', '/v1/containers/{number}/unarchive', tracking.unarchiveContainer),
    route('delete', '/v1/containers/{number}', tracking.deleteContainer),
    route('get', '/v1/containers/{number}/events', tracking.listEvents),
    route('get', '/v1/containers/{number}/positions', tracking.listPositions),
    route('get', '/v1/containers/{number}/journeys', tracking.listJourneys),
    route('get', '/v1/containers/{number}/changes', tracking.listChanges),
    route('get', '/v1/journeys/{id}', tracking.getJourney),
    route('get', '/v1/unclaimed', tracking.listUnclaimed),
    route('post', '/v1/unclaimed/{number}/claim', tracking.claimNumber),
    route('post', '/v1/unclaimed/{number}/ignore', tracking.ignoreNumber),
    route('post', '/v1/unclaimed/{number}/purge', tracking.purgeNumber),
    route('get', '/v1/devices', tracking.listDevices),
    route('get', '/v1/devices/{device}/pairings', tracking.listPairings),
    route('post', '/v1/devices/{device}/pair', tracking.pairDevice),
    route('post', '/v1/devices/{device}/unpair', tracking.unpairDevice),
    route('get', '/v1/journeys/{id}/milestones', tracking.listMilestones),
    route('get', '/v1/containers/{number}/route', tracking.getRoute),
  ]),
  ...tagged('ETA', [
    route('get', '/v1/containers/{number}/eta-history', tracking.listEtaHistory),
    route('get', '/v1/eta/accuracy', tracking.etaAccuracy),
    route('get', '/v1/eta/models', tracking.listEtaModels),
    route('put', '/v1/eta/models/active', tracking.activateEtaModel),
    route('get', '/v1/carriers/{id}/reliability', tracking.carrierReliability),
  ]),
  ...tagged('Routes', [route('get', '/v1/routes/sea', tracking.seaRoute)]),
  ...tagged('Connections', [
    route('post', '/v1/connections', tracking.createConnection, 201),
    route('get', '/v1/connections', tracking.listConnections),
    route('get', '/v1/connections/{id}', tracking.getConnection),
    route('post', '/v1/connections/{id}/rotate-secret', tracking.rotateConnectionSecret),
    route('put', '/v1/connections/{id}/options', tracking.setConnectionOptions),
    route('post', '/v1/connections/{id}/disable', tracking.disableConnection),
    route('post', '/v1/connections/{id}/uploads', tracking.uploadFile),
    route('get', '/v1/receipts/{id}', tracking.getReceipt),
    route('get', '/v1/quarantine', tracking.listQuarantine),
    route('get', '/v1/dead-letters', tracking.listDeadLetters),
    route('post', '/v1/dead-letters/{id}/replay', tracking.replayDeadLetter),
    route('post', '/v1/dead-letters/{id}/discard', tracking.discardDeadLetter),
  ]),
];
