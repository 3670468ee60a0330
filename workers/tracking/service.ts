import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Actor } from '../../contracts/actor.ts';
import type { Delivery, FleetQuery, PositionQuery, Registration, TrackingApi } from '../../contracts/tracking.ts';
import * as connections from './connections.ts';
import { consumeProcurementEvents, consumeTelemetry, consumeTelemetryDead } from './consumer.ts';
import { type Env, QUEUES } from './env.ts';
import * as eta from './eta.ts';
import * as fleet from './fleet.ts';
import { ingest } from './ingest.ts';
import * as receipts from './receipts.ts';

type Paging = { cursor?: string | undefined; limit: number };

/** The tracking service: RPC for the gateway, and the consumer of its queues. */
export class TrackingService extends WorkerEntrypoint<Env> implements TrackingApi {
  override async queue(batch: MessageBatch): Promise<void> {
    if (batch.queue === QUEUES.telemetry) return consumeTelemetry(this.env, batch);
    if (batch.queue === QUEUES.telemetryDead) return consumeTelemetryDead(this.env, batch);
    if (batch.queue === QUEUES.procurementEvents) return consumeProcurementEvents(this.env, batch);
    throw new Error(`no consumer for the queue ${batch.queue}`);
  }

  override async scheduled(): Promise<void> {
    await eta.sweepLedgers(this.env);
  }

  ingest(actor: Actor, delivery: Delivery) {
    return ingest(this.env, actor, delivery);
  }
  registerContainers(actor: Actor, registrations: Registration[], idempotencyKey: string) {
    return fleet.registerContainers(this.env, actor, registrations, idempotencyKey);
  }
  listContainers(actor: Actor, query: FleetQuery) {
    return fleet.listContainers(this.env, actor, query);
  }
  getContainer(actor: Actor, number: string) {
    return fleet.getContainer(this.env, actor, number);
  }
  listEvents(actor: Actor, number: string, query: Paging) {
    return fleet.listEvents(this.env, actor, number, query);
  }
  listPositions(actor: Actor, number: string, query: PositionQuery) {
    return fleet.listPositions(this.env, actor, number, query);
  }
  getRoute(actor: Actor, number: string) {
    return fleet.getRoute(this.env, actor, number);
  }
  seaRoute(actor: Actor, query: { from: string; to: string; avoid: string[] }) {
    return fleet.seaRouteBetween(this.env, actor, query);
  }
  etaAccuracy(actor: Actor, query: Parameters<TrackingApi['etaAccuracy']>[1]) {
    return eta.etaAccuracy(this.env, actor, query);
  }
  carrierReliability(actor: Actor, id: string, query: eta.Window) {
    return eta.carrierReliability(this.env, actor, id, query);
  }
  listEtaHistory(actor: Actor, number: string, query: Paging) {
    return eta.listEtaHistory(this.env, actor, number, query);
  }
  listEtaModels(actor: Actor, query: Paging) {
    return eta.listEtaModels(this.env, actor, query);
  }
  activateEtaModel(actor: Actor, version: string) {
    return eta.activateEtaModel(this.env, actor, version);
  }
  getReceipt(actor: Actor, id: string) {
    return receipts.getReceipt(this.env, actor, id);
  }
  listQuarantine(actor: Actor, connectionId: string, query: Paging) {
    return receipts.listQuarantine(this.env, actor, connectionId, query);
  }
  listDeadLetters(actor: Actor, connectionId: string, query: Paging) {
    return receipts.listDeadLetters(this.env, actor, connectionId, query);
  }
  settleDeadLetter(actor: Actor, id: string, action: 'replay' | 'discard') {
    return receipts.settleDeadLetter(this.env, actor, id, action);
  }
  createConnection(actor: Actor, input: Parameters<TrackingApi['createConnection']>[1], idempotencyKey: string) {
    return connections.createConnection(this.env, actor, input, idempotencyKey);
  }
  listConnections(actor: Actor, query: Paging) {
    return connections.listConnections(this.env, actor, query);
  }
  getConnection(actor: Actor, id: string) {
    return connections.getConnection(this.env, actor, id);
  }
  rotateConnectionSecret(actor: Actor, id: string, idempotencyKey: string) {
    return connections.rotateConnectionSecret(this.env, actor, id, idempotencyKey);
  }
  disableConnection(actor: Actor, id: string) {
    return connections.disableConnection(this.env, actor, id);
  }
  connectionForIngest(id: string) {
    return connections.connectionForIngest(this.env, id);
  }
}
