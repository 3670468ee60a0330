/** What a delivery log stores and hands out. */
import type { DeliveryRecord } from '../../contracts/notifications/deliveries.ts';
import type { Pace } from '../../domain/webhook/pace.ts';

/** What every version of the log has of a delivery. */
export type DeliveryColumns = {
  id: string;
  event_id: string;
  type: string;
  body: string;
  status: DeliveryRecord['status'];
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: number;
  next_at: number | null;
};

/** A row of the log. */
export type DeliveryRow = DeliveryColumns & { settled_at: number | null };

/** A delivery that is due. */
export interface DueDelivery {
  id: string;
  eventId: string;
  body: string;
  attempts: number;
}

/** A delivery to be put in line. */
export interface NewDelivery {
  id: string;
  eventId: string;
  type: string;
  body: string;
}

/** The outcome of one attempt, to be stored: pending until `nextAt`, else settled. */
export interface AttemptRecord {
  status: DeliveryRecord['status'];
  lastStatus: number | null;
  lastError: string | null;
  nextAt: number | null;
}

/** How an endpoint stands: kept so that an object that wakes goes on as it was. */
export interface Standing {
  pace: Pace;
  pausedBecause: 'asked' | 'gone' | null;
  lastStatus: number | null;
  lastError: string | null;
  /** Events that were not kept, because too many were waiting. */
  refused: number;
}
