import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Actor } from '../../contracts/actor.ts';
import type { ListQuery, ProcurementApi } from '../../contracts/procurement.ts';
import { procurementEventSchema } from '../../contracts/procurement.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import * as allocations from './allocations.ts';
import * as bookings from './bookings.ts';
import * as carrierBookings from './carrier-bookings.ts';
import { parkEvent } from './dead-events.ts';
import type { Env } from './env.ts';
import * as shipments from './shipments.ts';

type Input<Method extends keyof ProcurementApi> = Parameters<ProcurementApi[Method]>[1];

/** The procurement service. */
export class ProcurementService extends WorkerEntrypoint<Env> implements ProcurementApi {
  /** Dead procurement events go back to their shard's outbox, parked, and are tried again later. */
  override async queue(batch: MessageBatch): Promise<void> {
    const log = loggerFor('procurement', this.env.LOG_LEVEL);
    for (const handle of batch.messages) {
      const parsed = procurementEventSchema.safeParse(handle.body);
      try {
        if (parsed.success) await parkEvent(this.env, parsed.data);
        else log('error', 'procurement_event.dead_unreadable', { body: JSON.stringify(handle.body).slice(0, 2_000) });
        handle.ack();
      } catch (error) {
        log('warn', 'procurement_event.park_failed', { error: errorText(error) });
        handle.retry();
      }
    }
  }

  createAllocation(actor: Actor, input: Input<'createAllocation'>, idempotencyKey: string) {
    return allocations.createAllocation(this.env, actor, input, idempotencyKey);
  }
  listAllocations(actor: Actor, query: Input<'listAllocations'>) {
    return allocations.listAllocations(this.env, actor, query);
  }
  getAllocation(actor: Actor, id: string, bookmark?: string) {
    return allocations.getAllocation(this.env, actor, id, bookmark);
  }
  createBooking(actor: Actor, input: Input<'createBooking'>, idempotencyKey: string) {
    return bookings.createBooking(this.env, actor, input, idempotencyKey, this.#background);
  }
  listBookings(actor: Actor, query: Input<'listBookings'>) {
    return bookings.listBookings(this.env, actor, query);
  }
  getBooking(actor: Actor, id: string, bookmark?: string) {
    return bookings.getBooking(this.env, actor, id, bookmark);
  }
  transitionBooking(
    actor: Actor,
    id: string,
    input: Parameters<ProcurementApi['transitionBooking']>[2],
    expectedVersion: number,
  ) {
    return bookings.transitionBooking(this.env, actor, id, input, expectedVersion, this.#background);
  }
  listCarrierBookings(actor: Actor, query: Input<'listCarrierBookings'>) {
    return carrierBookings.listCarrierBookings(this.env, actor, query);
  }
  getCarrierBooking(actor: Actor, id: string) {
    return carrierBookings.getCarrierBooking(this.env, actor, id);
  }
  transitionCarrierBooking(
    actor: Actor,
    id: string,
    input: Parameters<ProcurementApi['transitionCarrierBooking']>[2],
    expectedVersion: number,
  ) {
    return carrierBookings.transitionCarrierBooking(this.env, actor, id, input, expectedVersion, this.#background);
  }
  listShipments(actor: Actor, query: ListQuery) {
    return shipments.listShipments(this.env, actor, query);
  }
  getShipment(actor: Actor, id: string, bookmark?: string) {
    return shipments.getShipment(this.env, actor, id, bookmark);
  }

  readonly #background = (work: Promise<unknown>): void => this.ctx.waitUntil(work);
}
