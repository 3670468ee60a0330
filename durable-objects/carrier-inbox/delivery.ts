/** What the door hands to an inbox. */
import type { RejectedItem } from '../../contracts/tracking/events.ts';
import type { IngressEvent } from './pack.ts';

/** A delivery of a connection, adapted and checked. */
export interface Delivery {
  tenantId: string;
  connectionId: string;
  /** As it was when the signature was checked. */
  securityVersion: number;
  correlationId: string;
  /** When the delivery came, by the clock of the world; and whether it holds all that the connection has to say. */
  receivedAt: number;
  history: 'events' | 'full';
  items: number;
  events: IngressEvent[];
  /** What was said of shipments by their names alone, with no container; and the items of which none is known yet. */
  shipments?: IngressEvent[];
  waiting?: ReadonlySet<number>;
  rejected: (RejectedItem & { raw: string })[];
  warnings: RejectedItem[];
  /** Numbers that nobody has registered, and such as are not wanted. */
  unclaimed?: ReadonlySet<string>;
  ignored?: ReadonlySet<string>;
}
