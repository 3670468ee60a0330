/**
 * Made by `npm run build:client` from the API description; a test fails when it is out of date. Do not edit.
 */

/** Contracted space on a lane with a carrier, for a sailing or a week */
export interface Allocation {
  /** Id of the allocation */
  id: string;
  /** The carrier that gives the space */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** The sailing or week the space is for: a week as `2026-W48`, or a voyage number */
  period: string;
  /** What capacity is counted in */
  unit: 'container' | 'teu';
  /** Space in all */
  capacity: number;
  /** Space that bookings have drawn */
  booked: number;
  /** Space left */
  remaining: number;
  /** Departure */
  departureAt: string;
  /** Arrival */
  arrivalAt: string;
  /** Bookings are refused from here on; the departure at the latest */
  closesAt: string;
  /** `instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms */
  confirmation: 'instant' | 'carrier';
  /** `open`: takes bookings until it closes; `closed`: takes no more, those made stand; `withdrawn`: not given after all */
  status: 'open' | 'closed' | 'withdrawn';
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** A page of a list of Allocation */
export interface AllocationPage {
  /** The items of this page */
  items: Allocation[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** Contracted space with its audit trail */
export interface AllocationWithAudit {
  /** Id of the allocation */
  id: string;
  /** The carrier that gives the space */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** The sailing or week the space is for: a week as `2026-W48`, or a voyage number */
  period: string;
  /** What capacity is counted in */
  unit: 'container' | 'teu';
  /** Space in all */
  capacity: number;
  /** Space that bookings have drawn */
  booked: number;
  /** Space left */
  remaining: number;
  /** Departure */
  departureAt: string;
  /** Arrival */
  arrivalAt: string;
  /** Bookings are refused from here on; the departure at the latest */
  closesAt: string;
  /** `instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms */
  confirmation: 'instant' | 'carrier';
  /** `open`: takes bookings until it closes; `closed`: takes no more, those made stand; `withdrawn`: not given after all */
  status: 'open' | 'closed' | 'withdrawn';
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
  /** Who did what, oldest first */
  audit: AuditEntry[];
}

/** A container that was put away, or taken out again */
export interface ArchivedContainer {
  /** Container number (ISO 6346) */
  number: string;
  /** Whether it is in the archive */
  archived: boolean;
}

/** Who did it */
export interface AuditActor {
  /** Who that is: a person, a machine, a carrier, or the platform */
  kind: 'user' | 'client' | 'connection' | 'system';
  /** The organisation acted for */
  organisationId: string;
  /** User, client, connection, or the name of a job */
  subject: string;
  /** Session of a person */
  sessionId: string | null;
}

/** One line of an audit trail */
export interface AuditEntry {
  /** When */
  at: string;
  /** Who */
  subject: string;
  /** What */
  action: string;
  /** More about it; of changed terms JSON with those before and after */
  detail: string;
  /** The request that did it */
  correlationId: string;
}

/** Where a trail has come to */
export interface AuditHead {
  /** Whose trail this is */
  organisationId: string;
  /** Number of the newest entry; 0 when there is none */
  seq: number;
  /** SHA-256 of the previous hash, a line feed, and the canonical JSON (RFC 8785) of `record` and `seq` */
  hash: string;
}

/** What it was done to */
export interface AuditObject {
  /** Its kind */
  type:
    | 'allocation'
    | 'booking'
    | 'carrier'
    | 'client'
    | 'container'
    | 'connection'
    | 'contract'
    | 'dead_letter'
    | 'endpoint'
    | 'eta_model'
    | 'factor'
    | 'invitation'
    | 'invoice'
    | 'limits'
    | 'password'
    | 'policy'
    | 'rate'
    | 'sealing_key'
    | 'session'
    | 'shipment'
    | 'signing_key'
    | 'tenant'
    | 'tender'
    | 'token'
    | 'user';
  /** Its id */
  id: string;
}

/** An act, as it was hashed */
export interface AuditRecord {
  /** Id of the act */
  id: string;
  actor: AuditActor;
  /** What was done: the area, a dot, the act */
  action: string;
  object: AuditObject;
  /** The members that changed, as they were, without secrets; null of something new */
  before: { [name: string]: Json } | null;
  /** The members that changed, as they are, without secrets; null of what was removed */
  after: { [name: string]: Json } | null;
  /** From which network address; null for our own jobs */
  address: string | null;
  /** Ours, which log lines have too */
  correlationId: string;
  /** The one that the caller offered */
  callerCorrelationId: string | null;
  /** When, ms since the Unix epoch: as it was hashed */
  at: number;
}

/** An entry of the audit trail */
export interface AuditTrailEntry {
  /** Number in the trail, from 1 on without gaps */
  seq: number;
  /** Hash of the entry before */
  previousHash: string;
  /** SHA-256 of the previous hash, a line feed, and the canonical JSON (RFC 8785) of `record` and `seq` */
  hash: string;
  /** Id of the act */
  id: string;
  actor: AuditActor;
  /** What was done: the area, a dot, the act */
  action: string;
  object: AuditObject;
  /** The members that changed, as they were, without secrets; null of something new */
  before: { [name: string]: Json } | null;
  /** The members that changed, as they are, without secrets; null of what was removed */
  after: { [name: string]: Json } | null;
  /** From which network address; null for our own jobs */
  address: string | null;
  /** Ours, which log lines have too */
  correlationId: string;
  /** The one that the caller offered */
  callerCorrelationId: string | null;
  /** When it was done */
  at: string;
}

/** A page of a list of AuditTrailEntry */
export interface AuditTrailEntryPage {
  /** The items of this page */
  items: AuditTrailEntry[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A booking of contracted space */
export interface Booking {
  /** Id of the booking */
  id: string;
  /** The space it draws from */
  allocationId: string;
  /** The carrier it is addressed to */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** Space booked, in the allocation’s unit */
  quantity: number;
  /** Your own reference */
  reference: string | null;
  /** Container numbers, as far as known */
  containers: string[];
  /** Where the booking is in its life */
  state: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
  /** Who confirmed a booking */
  confirmedBy: Confirmation | null;
  /** The shipment it became */
  shipmentId: string | null;
  /** Who booked */
  createdBy: string;
  /** When it was made */
  createdAt: string;
  /** When it was changed last */
  updatedAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** A page of a list of Booking */
export interface BookingPage {
  /** The items of this page */
  items: Booking[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A booking with its audit trail */
export interface BookingWithAudit {
  /** Id of the booking */
  id: string;
  /** The space it draws from */
  allocationId: string;
  /** The carrier it is addressed to */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** Space booked, in the allocation’s unit */
  quantity: number;
  /** Your own reference */
  reference: string | null;
  /** Container numbers, as far as known */
  containers: string[];
  /** Where the booking is in its life */
  state: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
  /** Who confirmed a booking */
  confirmedBy: Confirmation | null;
  /** The shipment it became */
  shipmentId: string | null;
  /** Who booked */
  createdBy: string;
  /** When it was made */
  createdAt: string;
  /** When it was changed last */
  updatedAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
  /** Who did what, oldest first */
  audit: AuditEntry[];
}

/** A carrier as its tenants see it */
export interface Carrier {
  /** Id of the carrier */
  id: string;
  /** Standard Carrier Alpha Code */
  scac: string;
  /** Name, as your organisation has it */
  name: string;
  /** Whom to write to */
  contactEmail: string | null;
  /** Whom to call */
  contactPhone: string | null;
}

/** A booking as the carrier sees it: with the shipper’s name, without its people */
export interface CarrierBooking {
  /** Id of the booking */
  id: string;
  /** The space it draws from */
  allocationId: string;
  /** The carrier it is addressed to */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** Space booked, in the allocation’s unit */
  quantity: number;
  /** Your own reference */
  reference: string | null;
  /** Container numbers, as far as known */
  containers: string[];
  /** Where the booking is in its life */
  state: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
  /** Who confirmed a booking */
  confirmedBy: Confirmation | null;
  /** The shipment it became */
  shipmentId: string | null;
  /** When it was made */
  createdAt: string;
  /** When it was changed last */
  updatedAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
  /** The shipper who booked */
  tenant: {
    /** Id */
    id: string;
    /** Name */
    name: string;
  };
}

/** A page of the bookings addressed to a carrier, and what it lacks */
export interface CarrierBookingList {
  /** The items of this page */
  items: CarrierBooking[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
  /** Customers whose bookings this page lacks, since their records cannot be reached now */
  lacking: {
    /** Id of the customer */
    tenantId: string;
    /** Name of the customer */
    name: string;
  }[];
  /** Further such customers, which are not named */
  lackingMore: number;
}

/** A tenant that works with a carrier, as the carrier sees it */
export interface CarrierCustomer {
  /** Id of the tenant */
  tenantId: string;
  /** Name of the tenant */
  name: string;
  /** When it invited the carrier */
  since: string;
}

/** A page of a list of CarrierCustomer */
export interface CarrierCustomerPage {
  /** The items of this page */
  items: CarrierCustomer[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A page of a list of Carrier */
export interface CarrierPage {
  /** The items of this page */
  items: Carrier[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** How reliable a carrier was on your journeys */
export interface CarrierReliability {
  /** The carrier */
  carrierId: string;
  /** Begin of the window */
  from: string;
  /** End of the window */
  to: string;
  /** Journeys in the window */
  journeys: number;
  /** Journeys whose lateness is known */
  evaluated: number;
  /** Share of them that arrived within a day of what the carrier published first */
  onTimeShare: number | null;
  /** Mean hours late; early counts negative */
  meanLatenessHours: number | null;
  /** Mean hours of those more than a day late */
  lateByHours: number | null;
  /** Mean times the carrier changed its estimate */
  etaRevisions: number | null;
  /** Mean share of expected milestones that were reported */
  milestoneCompleteness: number | null;
  /** Mean times we changed ours */
  ourRevisions: number | null;
}

/** An entry as it was hashed */
export interface ChainedAuditEntry {
  /** Number in the trail, from 1 on without gaps */
  seq: number;
  /** Hash of the entry before */
  previousHash: string;
  /** SHA-256 of the previous hash, a line feed, and the canonical JSON (RFC 8785) of `record` and `seq` */
  hash: string;
  record: AuditRecord;
}

/** A page of a list of ChainedAuditEntry */
export interface ChainedAuditEntryPage {
  /** The items of this page */
  items: ChainedAuditEntry[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A machine client, without its secret */
export interface Client {
  /** Id of the client, which is its OAuth client_id */
  id: string;
  /** Name */
  name: string;
  /** What the account is for; see the table of permissions */
  role:
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user';
  /** Permissions that the client is narrowed to; all of its role’s without them */
  scopes:
    | (
        | 'tenants:manage'
        | 'keys:manage'
        | 'users:read'
        | 'users:manage'
        | 'clients:manage'
        | 'policy:read'
        | 'policy:manage'
        | 'security:read'
        | 'audit:read'
        | 'carriers:read'
        | 'carriers:manage'
        | 'connections:read'
        | 'connections:manage'
        | 'containers:read'
        | 'containers:write'
        | 'containers:delete'
        | 'receipts:read'
        | 'dead-letters:manage'
        | 'live:subscribe'
        | 'eta:read'
        | 'eta:manage'
        | 'routes:read'
        | 'allocations:read'
        | 'allocations:write'
        | 'bookings:read'
        | 'bookings:write'
        | 'bookings:confirm-for-carrier'
        | 'shipments:read'
        | 'webhooks:manage'
        | 'carrier-bookings:read'
        | 'carrier-bookings:write'
      )[]
    | null;
  /** How it proves itself at the token endpoint */
  method: 'client_secret' | 'private_key_jwt';
  /** Whether the account may be used */
  status: 'active' | 'disabled';
  /** When it was created */
  createdAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** A page of a list of Client */
export interface ClientPage {
  /** The items of this page */
  items: Client[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A machine client with its secret, shown once */
export interface ClientWithSecret {
  /** Id of the client, which is its OAuth client_id */
  id: string;
  /** Name */
  name: string;
  /** What the account is for; see the table of permissions */
  role:
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user';
  /** Permissions that the client is narrowed to; all of its role’s without them */
  scopes:
    | (
        | 'tenants:manage'
        | 'keys:manage'
        | 'users:read'
        | 'users:manage'
        | 'clients:manage'
        | 'policy:read'
        | 'policy:manage'
        | 'security:read'
        | 'audit:read'
        | 'carriers:read'
        | 'carriers:manage'
        | 'connections:read'
        | 'connections:manage'
        | 'containers:read'
        | 'containers:write'
        | 'containers:delete'
        | 'receipts:read'
        | 'dead-letters:manage'
        | 'live:subscribe'
        | 'eta:read'
        | 'eta:manage'
        | 'routes:read'
        | 'allocations:read'
        | 'allocations:write'
        | 'bookings:read'
        | 'bookings:write'
        | 'bookings:confirm-for-carrier'
        | 'shipments:read'
        | 'webhooks:manage'
        | 'carrier-bookings:read'
        | 'carrier-bookings:write'
      )[]
    | null;
  /** How it proves itself at the token endpoint */
  method: 'client_secret' | 'private_key_jwt';
  /** Whether the account may be used */
  status: 'active' | 'disabled';
  /** When it was created */
  createdAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
  /** The secret, shown once; a client with keys has none */
  secret?: string;
}

/** Who confirmed a booking */
export interface Confirmation {
  /** `contract`: at once, as the contract has it; `carrier`: by the carrier’s own people; `recorded`: by the carrier outside of the platform, which the shipper recorded; `unattributed`: before these were told apart */
  how: 'contract' | 'carrier' | 'recorded' | 'unattributed';
  /** Who confirmed or recorded it; null within the contract, and where it is another’s person */
  subject: string | null;
  /** When it was confirmed */
  at: string;
  /** For what was recorded: how the carrier gave it */
  means: 'telephone' | 'email' | 'portal' | 'other' | null;
  /** For what was recorded: with whom somebody spoke, if it is known */
  spokeWith: string | null;
}

/** A webhook connection of a carrier, without its secrets */
export interface Connection {
  /** Id of the connection; part of its ingest address */
  id: string;
  /** The organisation it belongs to */
  tenantId: string;
  /** The carrier whose data comes in */
  carrierId: string;
  /** Name */
  name: string;
  /** Format of the body: DCSA Track & Trace 2.2 events, events of the draft of its version 3.0, positions, or tables (CSV, NDJSON) of milestones or positions that are read as the options say */
  format: 'dcsa' | 'dcsa3_draft' | 'positions' | 'milestones_table' | 'positions_table';
  /** How deliveries are signed: Standard Webhooks, or DCSA Notification-Signature */
  scheme: 'standard-webhooks' | 'dcsa';
  options: ConnectionOptions;
  /** Whether deliveries are taken */
  status: 'active' | 'disabled';
  /** When it was created */
  createdAt: string;
  /** When its secret was changed last */
  secretRotatedAt: string | null;
}

/** How the deliveries of a connection are read */
export interface ConnectionOptions {
  /** What a delivery holds: events, or for each container in it all that the connection has to say, so that what is not in it any more is withdrawn */
  history: 'events' | 'full';
  /** Whether times of movements are what they state, or local time of the place that is labelled as UTC */
  times: 'as_stated' | 'local_labelled_z';
  /** What the party is: of moves at its gate a terminal is believed first */
  role: 'carrier' | 'terminal';
  /** The zone of times without one at places whose zone is not known; UTC without it */
  defaultZone: string | null;
  /** UN/LOCODEs of the codes that the carrier writes for places */
  aliases: Record<string, string>;
  table: TableOptions;
}

/** A page of a list of Connection */
export interface ConnectionPage {
  /** The items of this page */
  items: Connection[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A connection with its new signing secret */
export interface ConnectionWithSecret {
  /** Id of the connection; part of its ingest address */
  id: string;
  /** The organisation it belongs to */
  tenantId: string;
  /** The carrier whose data comes in */
  carrierId: string;
  /** Name */
  name: string;
  /** Format of the body: DCSA Track & Trace 2.2 events, events of the draft of its version 3.0, positions, or tables (CSV, NDJSON) of milestones or positions that are read as the options say */
  format: 'dcsa' | 'dcsa3_draft' | 'positions' | 'milestones_table' | 'positions_table';
  /** How deliveries are signed: Standard Webhooks, or DCSA Notification-Signature */
  scheme: 'standard-webhooks' | 'dcsa';
  options: ConnectionOptions;
  /** Whether deliveries are taken */
  status: 'active' | 'disabled';
  /** When it was created */
  createdAt: string;
  /** When its secret was changed last */
  secretRotatedAt: string | null;
  /** The signing secret, shown once: base64 of the HMAC key, after `whsec_` where the scheme is Standard Webhooks */
  secret: string;
}

/** A container’s state, and how old it is */
export interface Container {
  /** Container number (ISO 6346) */
  number: string;
  /** Names the life of the container’s storage; part of the live cursor */
  epoch: string;
  /** Grows by one with every change; part of the live cursor */
  seq: number;
  /** The present journey */
  journeyId: string | null;
  /** What your organisation has registered */
  registration: RegistrationFacts | null;
  /** Where the container is in its journey */
  status:
    | 'registered'
    | 'empty_picked_up'
    | 'stuffed'
    | 'picked_up'
    | 'gate_in'
    | 'loaded'
    | 'departed'
    | 'arrived'
    | 'discharged'
    | 'gate_out'
    | 'dropped_off'
    | 'stripped'
    | 'empty_returned';
  /** When the status was reached */
  statusAt: string | null;
  /** An observed position */
  position: Position | null;
  /** Milestones by time */
  milestones: Milestone[];
  /** Name of the vessel */
  vesselName: string | null;
  /** IMO number of the vessel */
  vesselImo: string | null;
  /** Voyage number */
  voyage: string | null;
  /** When something is expected, with an interval of 80 % */
  eta: Eta | null;
  /** ETAs of the targets after the arrival of the vessel */
  onward: Eta[];
  /** The carrier’s own estimate of the arrival */
  carrierEtaAt: string | null;
  /** When the vessel arrived at the destination */
  arrivedAt: string | null;
  /** Alerts, open ones and the latest cleared ones */
  alerts: ContainerAlert[];
  /** What looks odd in the carrier’s data */
  warnings: string[];
  /** The newest observation */
  asOf: string | null;
  /** When anything new was received */
  receivedAt: string | null;
  /** Journey events stored */
  eventCount: number;
  /** Positions stored */
  pointCount: number;
  /** When this answer was made */
  readAt: string;
  /** Age of the newest observation, seconds */
  ageSeconds: number | null;
  /** Whether the newest observation is recent enough to go by */
  freshness: 'fresh' | 'stale' | 'none';
}

/** An alert on a container */
export interface ContainerAlert {
  /** What it is about */
  kind: 'late' | 'stopped' | 'temperature' | 'door' | 'shock';
  /** When it was raised */
  raisedAt: string;
  /** When it was cleared; null while it is open */
  clearedAt: string | null;
  /** What was seen */
  detail: string;
}

/** The container’s new state and positions */
export interface ContainerDelta {
  /** What has changed */
  type: 'delta';
  /** Cursor: names the life of the sender’s storage */
  epoch: string;
  /** Cursor: how far this frame brings the client */
  seq: number;
  /** A container’s state, and how old it is */
  container: Container | null;
  /** New positions, the newest ones when there are many */
  positions: Position[];
}

/** A frame of a container’s WebSocket */
export type ContainerFrame = ContainerSnapshot | ContainerDelta | LiveResumed;

/** The container’s state; null when nothing is known of it */
export interface ContainerSnapshot {
  /** The present state */
  type: 'snapshot';
  /** Cursor: names the life of the sender’s storage */
  epoch: string | null;
  /** Cursor: how far this frame brings the client */
  seq: number;
  /** A container’s state, and how old it is */
  container: Container | null;
}

/** A new invitation with its link */
export interface CreatedInvitation {
  /** Id of the invitation */
  id: string;
  /** E-mail address invited */
  email: string;
  /** What the account is for; see the table of permissions */
  role:
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user';
  /** The organisation that the invited person will belong to */
  organisationId: string;
  /** What became of it */
  status: 'open' | 'accepted' | 'withdrawn' | 'expired';
  /** Who invited */
  invitedBy: string;
  /** When it was made */
  createdAt: string;
  /** When its link ends */
  expiresAt: string;
  /** The link to hand over, shown once */
  url: string;
}

/** A new tenant, with the invitation of its first administrator */
export interface CreatedTenant {
  /** Id of the tenant */
  id: string;
  /** Short name, unique on the platform */
  slug: string;
  /** Name */
  name: string;
  /** The database shard that holds its procurement records */
  shard: string;
  /** When it was created */
  createdAt: string;
  invitation: CreatedInvitation;
}

/** A share of a delivery that failed every time and is parked */
export interface DeadLetter {
  /** Id of the parked message */
  id: string;
  /** The connection it came by */
  connectionId: string;
  /** The receipt of its delivery */
  receiptId: string;
  /** Events in it */
  events: number;
  /** How often it was sent */
  sends: number;
  /** The last error */
  error: string | null;
  /** When it was parked */
  parkedAt: string;
  /** The message as it was sent */
  body: string;
}

/** A page of a list of DeadLetter */
export interface DeadLetterPage {
  /** The items of this page */
  items: DeadLetter[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A container of which nothing is stored any more */
export interface DeletedContainer {
  /** Container number (ISO 6346) */
  number: string;
}

/** Whether a session ended */
export interface EndedSession {
  /** Whether a session ended */
  ended: boolean;
}

/** How many sessions ended */
export interface EndedSessions {
  /** Sessions that ended */
  ended: number;
}

/** When something is expected, with an interval of 80 % */
export interface Eta {
  /** What the ETA is about */
  target: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery';
  /** The place it is about (UN/LOCODE) */
  location: string;
  /** Earliest likely time: one in ten is earlier */
  p10: string;
  /** Median */
  p50: string;
  /** Latest likely time: one in ten is later */
  p90: string;
  /** The observation it rests on */
  asOf: string;
  /** When it was computed */
  computedAt: string;
  /** When the median changed last */
  publishedAt: string;
  /** How often the median has changed on this journey */
  revisions: number;
  explanation: EtaExplanation;
}

/** How right one source was in one group */
export interface EtaAccuracy {
  /** The horizon in hours, the lane as `FROM>TO`, or the carrier’s id */
  group: string;
  /** What the ETA is about */
  target: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery';
  /** Who published it: we, the carrier, or its schedule */
  source: 'ours' | 'carrier' | 'schedule';
  /** Predictions evaluated */
  n: number;
  /** Journeys they belong to */
  journeys: number;
  /** Mean absolute error, hours */
  maeHours: number;
  /** Median absolute error, hours */
  medianHours: number;
  /** Mean error, hours; positive is too late */
  biasHours: number;
  /** Mean pinball loss, hours (Koenker and Bassett 1978) */
  pinballHours: number;
  /** Share of arrivals within the 80 % interval; null for sources that give none */
  coverage80: number | null;
  /** Mean width of the interval, hours */
  widthHours: number | null;
}

/** A page of accuracy, with what it rests on */
export interface EtaAccuracyPage {
  /** The items of this page */
  items: EtaAccuracy[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
  /** Begin of the window */
  from: string;
  /** End of the window */
  to: string;
  /** Journeys in the window */
  journeys: number;
  /** Journeys that were counted: the newest, up to a bound */
  counted: number;
}

/** Why an ETA is what it is */
export interface EtaExplanation {
  /** The sea leg under way; null in port */
  leg: {
    /** Where the leg began (UN/LOCODE) */
    from: string;
    /** Where it ends (UN/LOCODE) */
    to: string;
    /** Its distance, nautical miles */
    distanceNm: number;
    /** The distance still to go, nautical miles */
    distanceToGoNm: number;
    /** Share of the distance that is behind, 0 to 1 */
    progress: number;
    /** Smoothed progress, knots */
    paceKnots: number;
  } | null;
  /** The estimates that were combined */
  experts: {
    /** Which estimate */
    expert: 'pace' | 'lane' | 'analogues' | 'schedule' | 'milestones';
    /** Hours to go by it */
    hours: number;
    /** How much it counted, 0 to 1 */
    weight: number;
  }[];
  /** What is still to come */
  parts: {
    /** Under way, or in port */
    kind: 'sea' | 'dwell';
    /** Where it begins (UN/LOCODE) */
    from: string;
    /** Where it ends (UN/LOCODE) */
    to: string;
    /** Median hours */
    hours: number;
  }[];
  /** No progress: where ships usually wait, or where they do not */
  waiting: 'no' | 'usual' | 'stopped';
  /** Whether it should have arrived by now */
  overdue: boolean;
  /** Hours since the newest observation */
  staleHours: number;
  /** The canal that the ship sails around */
  avoiding: string | null;
  /** What made it differ from the one published before */
  changed: string;
  /** Completed journeys behind the lane’s model; 0 for general knowledge alone */
  journeysKnown: number;
  /** Version of the lane models */
  modelVersion: string | null;
}

/** The version to roll out */
export interface EtaModelChoice {
  /** A version, or `newest` */
  version: string;
}

/** A trained version of your lane models */
export interface EtaModelVersion {
  /** Name of the version */
  version: string;
  /** When it was trained */
  trainedAt: string;
  /** In force, could be rolled out, or worse than the one in force */
  state: 'active' | 'ready' | 'rejected';
  /** Lanes it knows */
  lanes: number;
  /** Journeys it was trained on */
  journeys: number;
  /** Mean absolute error on the newest legs, hours */
  maeHours: number | null;
  /** The same of the version before */
  previousMaeHours: number | null;
  /** Whether newer versions wait because an administrator chose this one */
  pinned: boolean;
}

/** A page of a list of EtaModelVersion */
export interface EtaModelVersionPage {
  /** The items of this page */
  items: EtaModelVersion[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A place, as far as the carrier named it */
export interface EventLocation {
  /** UN/LOCODE */
  unLocationCode?: string;
  /** Code of the terminal */
  facilityCode?: string;
  /** Latitude in degrees, WGS 84 */
  lat?: number;
  /** Longitude in degrees, WGS 84 */
  lon?: number;
}

/** What an authenticator application needs */
export interface FactorEnrolment {
  /** The secret in base 32, shown once */
  secret: string;
  /** The same as an otpauth: address, for a QR code */
  uri: string;
}

/** Lines that changed */
export interface FleetDelta {
  /** What has changed */
  type: 'delta';
  /** Cursor: names the life of the sender’s storage */
  epoch: string;
  /** Cursor: how far this frame brings the client */
  seq: number;
  /** Lines that changed */
  containers: FleetLine[];
  /** Numbers that are tracked no more */
  removed?: string[];
}

/** A frame of the fleet’s WebSocket */
export type FleetFrame = FleetSnapshot | FleetDelta | LiveResumed;

/** The line of a container in lists, on the map and in live feeds */
export interface FleetLine {
  /** Container number (ISO 6346) */
  number: string;
  /** Names the life of the container’s storage */
  epoch: string;
  /** Grows by one with every change of the container */
  version: number;
  /** Where the container is in its journey */
  status:
    | 'registered'
    | 'empty_picked_up'
    | 'stuffed'
    | 'picked_up'
    | 'gate_in'
    | 'loaded'
    | 'departed'
    | 'arrived'
    | 'discharged'
    | 'gate_out'
    | 'dropped_off'
    | 'stripped'
    | 'empty_returned';
  /** Id of the carrier */
  carrierId: string | null;
  /** Port of loading (UN/LOCODE) */
  origin: string | null;
  /** Port of discharge (UN/LOCODE) */
  destination: string | null;
  /** Your own reference */
  reference: string | null;
  /** The booking it belongs to */
  bookingId: string | null;
  /** The carrier’s number of the booking */
  booking: string | null;
  /** Tracking device */
  deviceId: string | null;
  /** Name of the vessel */
  vesselName: string | null;
  /** Latitude in degrees, WGS 84 */
  lat: number | null;
  /** Longitude in degrees, WGS 84 */
  lon: number | null;
  /** Course over ground, degrees from north */
  courseDeg: number | null;
  /** Speed over ground, knots */
  speedKnots: number | null;
  /** The newest observation */
  asOf: string | null;
  /** What the ETA is about: the nearest target still ahead */
  etaTarget: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery' | null;
  /** Earliest likely time: one in ten is earlier */
  etaP10: string | null;
  /** Median */
  etaP50: string | null;
  /** Latest likely time: one in ten is later */
  etaP90: string | null;
  /** Alerts that are open */
  openAlerts: number;
}

/** A page of a list of FleetLine */
export interface FleetLinePage {
  /** The items of this page */
  items: FleetLine[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A part of the whole fleet: forget what was known at part 1 */
export interface FleetSnapshot {
  /** The whole fleet, in parts */
  type: 'snapshot';
  /** Cursor: names the life of the sender’s storage */
  epoch: string;
  /** Cursor: how far this frame brings the client */
  seq: number;
  /** Which part this is, from 1 */
  part: number;
  /** How many there are */
  parts: number;
  /** Lines of this part */
  containers: FleetLine[];
}

/** That the edge answers */
export interface Health {
  /** Always ok, when the edge answers at all */
  status: 'ok';
  /** The platform’s clock */
  now: string;
  /** How fast it runs: 1 but in demonstrations */
  clockSpeed: number;
}

/** The answer to a webhook: what was stored durably */
export interface IngestAnswer {
  /** Id of the receipt, which tells what became of every item */
  receiptId: string;
  /** Items stored and on their way */
  accepted: number;
  /** Items that were delivered before */
  duplicates: number;
  /** Items of numbers that nobody has registered: they wait until one is */
  unclaimed: number;
  /** Items that were refused; nothing else is lost for them */
  rejected: RejectedItem[];
  /** What of the items taken was left out or read otherwise, the first 200 */
  warnings: ItemWarning[];
}

/** An invitation; its link is shown once */
export interface Invitation {
  /** Id of the invitation */
  id: string;
  /** E-mail address invited */
  email: string;
  /** What the account is for; see the table of permissions */
  role:
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user';
  /** The organisation that the invited person will belong to */
  organisationId: string;
  /** What became of it */
  status: 'open' | 'accepted' | 'withdrawn' | 'expired';
  /** Who invited */
  invitedBy: string;
  /** When it was made */
  createdAt: string;
  /** When its link ends */
  expiresAt: string;
}

/** A page of a list of Invitation */
export interface InvitationPage {
  /** The items of this page */
  items: Invitation[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** What was left out of an item, or read otherwise than it is written; the rest of it was taken */
export type ItemWarning = RejectedItem;

/** A journey of a container, from the empty pick-up to the empty return */
export interface Journey {
  /** Id of the journey */
  id: string;
  /** Container number (ISO 6346) */
  container: string;
  /** Whether your organisation has registered it */
  registered: boolean;
  /** What your organisation has registered */
  registration: RegistrationFacts | null;
  /** The carrier’s number of its booking */
  booking: string | null;
  /** When it began: its registration or the first word on it */
  beganAt: string | null;
  /** When the empty container was returned; null while it is under way */
  endedAt: string | null;
  /** Where the container is in its journey */
  status:
    | 'registered'
    | 'empty_picked_up'
    | 'stuffed'
    | 'picked_up'
    | 'gate_in'
    | 'loaded'
    | 'departed'
    | 'arrived'
    | 'discharged'
    | 'gate_out'
    | 'dropped_off'
    | 'stripped'
    | 'empty_returned';
  /** When the status was reached */
  statusAt: string | null;
  /** Name of the vessel */
  vesselName: string | null;
  /** IMO number of the vessel */
  vesselImo: string | null;
  /** Voyage number */
  voyage: string | null;
  /** Statements of carriers and terminals that are in force */
  statements: number;
  /** Milestones of it */
  milestones: number;
  /** What looks odd in the carriers’ data */
  warnings: string[];
}

/** A stored event of a container’s journey */
export interface JourneyEvent {
  /** Names the content: equal for two deliveries of the same statement */
  key: string;
  /** Container number (ISO 6346) */
  container: string;
  /** DCSA event type; IOT and REEFER are of the draft of 3.0 */
  family: 'TRANSPORT' | 'EQUIPMENT' | 'SHIPMENT' | 'IOT' | 'REEFER';
  /** DCSA event type code; what has none bears its word, such as APPROACHING */
  code: string;
  /** DCSA classifier: actual, estimated or planned */
  classifier: 'ACT' | 'EST' | 'PLN';
  /** When it happened or is expected */
  at: string;
  /** The time as the carrier wrote it */
  atText: string;
  /** Where the zone of the time came from */
  zoneSource: 'stated' | 'port' | 'connection' | 'assumed_utc';
  /** When it was said; null where the source does not tell */
  createdAt: string | null;
  /** When it was received first */
  receivedAt: string;
  /** Whether it counts: it was neither overridden nor taken back */
  inForce: boolean;
  /** Id of the carrier or terminal */
  carrierId: string;
  /** The connection it came by */
  connectionId?: string;
  /** What the source is, where it is no carrier */
  role?: 'carrier' | 'terminal';
  location?: EventLocation;
  /** Whether the container was empty */
  empty?: boolean;
  /** Mode of transport */
  mode?: 'VESSEL' | 'RAIL' | 'TRUCK' | 'BARGE';
  /** IMO number of the vessel */
  vesselImo?: string;
  /** Name of the vessel */
  vesselName?: string;
  /** Voyage number */
  voyage?: string;
  /** The carrier’s id of the port call */
  transportCallId?: string;
  /** The carrier’s numbers of its bookings */
  bookings?: string[];
  /** The numbers of its transport documents */
  transportDocuments?: string[];
  /** Bill of lading or booking of the carrier */
  documentReference?: string;
  /** Kind of document (DCSA document type code) */
  documentTypeCode?: string;
  /** SMDG delay reason code */
  delayReasonCode?: string;
  /** The carrier’s id of the event */
  carrierEventId?: string;
  /** What the carrier called it, where it counts as something else: an actual far ahead counts as an estimate */
  saidAs?: 'ACT' | 'EST' | 'PLN';
  /** Whether the carrier takes back what it said under this id */
  retracted?: boolean;
  /** What looks odd */
  warnings?: string[];
  /** The other members of the message, as the carrier wrote them */
  details?: Record<string, unknown>;
}

/** A page of a list of JourneyEvent */
export interface JourneyEventPage {
  /** The items of this page */
  items: JourneyEvent[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A page of a list of Journey */
export interface JourneyPage {
  /** The items of this page */
  items: Journey[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** Any JSON value */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** How to rotate */
export interface KeyRotation {
  /** Drop all other keys now, with the tokens they signed */
  immediately?: boolean;
}

/** Quotas and features of a tenant */
export interface Limits {
  /** Requests a minute of the whole tenant */
  tenantPerMinute: number;
  /** Requests a minute of each user or client */
  subjectPerMinute: number;
  /** Features: live, outbound_webhooks, sea_routes */
  features: {
    /** Live WebSockets */
    live: boolean;
    /** Outbound webhooks */
    outbound_webhooks: boolean;
    /** Sea routes between ports */
    sea_routes: boolean;
  };
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** The client is up to date */
export interface LiveResumed {
  /** Nothing was missed */
  type: 'resumed';
  /** Cursor: names the life of the sender’s storage */
  epoch: string;
  /** Cursor: how far this frame brings the client */
  seq: number;
}

/** Who you are and what you may do */
export interface Me {
  /** Id of the user or client */
  subject: string;
  /** Name */
  name: string;
  /** E-mail address; null for machines */
  email: string | null;
  /** Roles */
  roles: (
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user'
  )[];
  /** What this token may do */
  permissions: (
    | 'tenants:manage'
    | 'keys:manage'
    | 'users:read'
    | 'users:manage'
    | 'clients:manage'
    | 'policy:read'
    | 'policy:manage'
    | 'security:read'
    | 'audit:read'
    | 'carriers:read'
    | 'carriers:manage'
    | 'connections:read'
    | 'connections:manage'
    | 'containers:read'
    | 'containers:write'
    | 'containers:delete'
    | 'receipts:read'
    | 'dead-letters:manage'
    | 'live:subscribe'
    | 'eta:read'
    | 'eta:manage'
    | 'routes:read'
    | 'allocations:read'
    | 'allocations:write'
    | 'bookings:read'
    | 'bookings:write'
    | 'bookings:confirm-for-carrier'
    | 'shipments:read'
    | 'webhooks:manage'
    | 'carrier-bookings:read'
    | 'carrier-bookings:write'
  )[];
  /** The organisation acted for */
  tenant: {
    /** Id */
    id: string;
    /** Name */
    name: string;
  };
  /** The session of this token; null for machines */
  sessionId: string | null;
  /** The second factor; null when there is none */
  secondFactor: {
    /** Recovery codes that were not used yet */
    recoveryCodesLeft: number;
  } | null;
}

/** One milestone at one place */
export interface Milestone {
  /** What happened */
  code:
    | 'empty_picked_up'
    | 'stuffed'
    | 'picked_up'
    | 'gate_in'
    | 'loaded'
    | 'departed'
    | 'arrived'
    | 'discharged'
    | 'gate_out'
    | 'dropped_off'
    | 'stripped'
    | 'empty_returned';
  /** A place, as far as the carrier named it */
  location: EventLocation | null;
  /** DCSA classifier of `at`: actual, estimated or planned */
  classifier: 'ACT' | 'EST' | 'PLN';
  /** The best time known */
  at: string;
  /** The latest estimate, beside the actual */
  estimatedAt: string | null;
  /** The latest plan */
  plannedAt: string | null;
  /** Whether it was expected and the container has gone on without it */
  closed: boolean;
  /** Voyage number */
  voyage: string | null;
  /** Name of the vessel */
  vesselName: string | null;
  /** IMO number of the vessel */
  vesselImo: string | null;
  /** Mode of transport: VESSEL, RAIL, TRUCK or BARGE */
  mode: string | null;
}

/** A milestone that was reached, corrected or withdrawn */
export interface MilestoneChange {
  /** Id of the journey */
  journeyId: string;
  /** What became of the milestone */
  kind: 'reached' | 'corrected' | 'withdrawn';
  milestone: Milestone;
  /** One milestone at one place */
  before: Milestone | null;
}

/** A page of a list of MilestoneChange */
export interface MilestoneChangePage {
  /** The items of this page */
  items: MilestoneChange[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A milestone with what each source says of it */
export interface MilestoneWithSources {
  /** What happened */
  code:
    | 'empty_picked_up'
    | 'stuffed'
    | 'picked_up'
    | 'gate_in'
    | 'loaded'
    | 'departed'
    | 'arrived'
    | 'discharged'
    | 'gate_out'
    | 'dropped_off'
    | 'stripped'
    | 'empty_returned';
  /** A place, as far as the carrier named it */
  location: EventLocation | null;
  /** DCSA classifier of `at`: actual, estimated or planned */
  classifier: 'ACT' | 'EST' | 'PLN';
  /** The best time known */
  at: string;
  /** The latest estimate, beside the actual */
  estimatedAt: string | null;
  /** The latest plan */
  plannedAt: string | null;
  /** Whether it was expected and the container has gone on without it */
  closed: boolean;
  /** Voyage number */
  voyage: string | null;
  /** Name of the vessel */
  vesselName: string | null;
  /** IMO number of the vessel */
  vesselImo: string | null;
  /** Mode of transport: VESSEL, RAIL, TRUCK or BARGE */
  mode: string | null;
  /** Each source’s own word; the one that counts comes first */
  sources: SourceWord[];
}

/** A page of a list of MilestoneWithSources */
export interface MilestoneWithSourcesPage {
  /** The items of this page */
  items: MilestoneWithSources[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** Contracted space to create */
export interface NewAllocation {
  /** The carrier that gives the space */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE), another than the origin */
  destination: string;
  /** What capacity is counted in */
  unit?: 'container' | 'teu';
  /** The sailing or week the space is for: a week as `2026-W48`, or a voyage number; not blank */
  period: string;
  /** Space in all */
  capacity: number;
  /** Departure: in the future, within five years */
  departureAt: string;
  /** Arrival, after the departure */
  arrivalAt: string;
  /** Bookings are refused from here on: in the future, not after the departure; the departure when it is left out */
  closesAt?: string;
  /** `instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms */
  confirmation?: 'instant' | 'carrier';
}

/** Space to book */
export interface NewBooking {
  /** The space to draw from */
  allocationId: string;
  /** Space to book, in the allocation’s unit */
  quantity: number;
  /** Your own reference */
  reference?: string;
  /** Container numbers, as far as known; no more than the quantity */
  containers?: string[];
}

/** A carrier to invite */
export interface NewCarrier {
  /** Standard Carrier Alpha Code: two to four capital letters */
  scac: string;
  /** Name */
  name: string;
  /** E-mail address */
  contactEmail?: string;
  /** Whom to call */
  contactPhone?: string;
}

/** A machine client to create */
export interface NewClient {
  /** Name */
  name: string;
  /** What the account is for; see the table of permissions */
  role: 'tenant_admin' | 'procurement_manager' | 'operations' | 'finance' | 'viewer';
  /** Permissions that the client is narrowed to; all of its role’s without them */
  scopes?: (
    | 'tenants:manage'
    | 'keys:manage'
    | 'users:read'
    | 'users:manage'
    | 'clients:manage'
    | 'policy:read'
    | 'policy:manage'
    | 'security:read'
    | 'audit:read'
    | 'carriers:read'
    | 'carriers:manage'
    | 'connections:read'
    | 'connections:manage'
    | 'containers:read'
    | 'containers:write'
    | 'containers:delete'
    | 'receipts:read'
    | 'dead-letters:manage'
    | 'live:subscribe'
    | 'eta:read'
    | 'eta:manage'
    | 'routes:read'
    | 'allocations:read'
    | 'allocations:write'
    | 'bookings:read'
    | 'bookings:write'
    | 'bookings:confirm-for-carrier'
    | 'shipments:read'
    | 'webhooks:manage'
    | 'carrier-bookings:read'
    | 'carrier-bookings:write'
  )[];
  /** Public keys; a client with keys gets no secret */
  jwks?: PublicJwk[];
}

/** A connection to create */
export interface NewConnection {
  /** Name */
  name: string;
  /** The carrier whose data comes in */
  carrierId: string;
  /** Format of the body: DCSA Track & Trace 2.2 events, events of the draft of its version 3.0, positions, or tables (CSV, NDJSON) of milestones or positions that are read as the options say */
  format: 'dcsa' | 'dcsa3_draft' | 'positions' | 'milestones_table' | 'positions_table';
  /** How deliveries are signed: Standard Webhooks, or DCSA Notification-Signature */
  scheme?: 'standard-webhooks' | 'dcsa';
  options?: NewConnectionOptions;
}

/** How the deliveries of a connection are read */
export interface NewConnectionOptions {
  /** What a delivery holds: events, or for each container in it all that the connection has to say, so that what is not in it any more is withdrawn */
  history?: 'events' | 'full';
  /** Whether times of movements are what they state, or local time of the place that is labelled as UTC */
  times?: 'as_stated' | 'local_labelled_z';
  /** What the party is: of moves at its gate a terminal is believed first */
  role?: 'carrier' | 'terminal';
  /** The zone of times without one at places whose zone is not known; UTC without it */
  defaultZone?: string | null;
  /** UN/LOCODEs of the codes that the carrier writes for places */
  aliases?: Record<string, string>;
  table?: NewTableOptions;
}

/** A person to invite */
export interface NewInvitation {
  /** E-mail address */
  email: string;
  /** What the account is for */
  role:
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'platform_operator'
    | 'carrier_user';
  /** The carrier whose person is invited; with the role `carrier_user` only */
  carrierId?: string;
}

/** Address lists and allowed origins to set */
export interface NewPolicy {
  /** Addresses and CIDR ranges that are let in; an empty list lets all in */
  allowedAddresses?: string[];
  /** Addresses and CIDR ranges that are refused whatever else, webhooks too */
  blockedAddresses?: string[];
  /** Exact origins of browser applications that may read answers */
  corsOrigins?: string[];
}

/** Containers to track */
export interface NewRegistrations {
  /** The containers */
  containers: Registration[];
}

/** How the rows of a table are read */
export interface NewTableOptions {
  /** The column of each field; one that is not named has the field’s own name. A member within others as a.b */
  columns?: Record<
    | 'container'
    | 'device'
    | 'event'
    | 'time'
    | 'classifier'
    | 'empty'
    | 'place'
    | 'facility'
    | 'latitude'
    | 'longitude'
    | 'booking'
    | 'transportDocument'
    | 'vessel'
    | 'imo'
    | 'voyage'
    | 'mode'
    | 'id'
    | 'said'
    | 'speed'
    | 'course'
    | 'temperature'
    | 'humidity'
    | 'shock'
    | 'door',
    string
  >;
  /** What the values of the event column mean, beside DCSA codes and the names of milestones */
  events?: { [name: string]: TableEvent };
  /** How dates are written: year first, day first, or month first */
  dates?: 'iso' | 'dmy' | 'mdy';
}

/** A tenant to create */
export interface NewTenant {
  /** Name */
  name: string;
  /** Short name, unique on the platform: lower-case letters, digits and hyphens */
  slug: string;
  /** The first administrator, who chooses a name and a password by the link of the invitation */
  admin: {
    /** E-mail address */
    email: string;
  };
}

/** A user to create, with a password that somebody else chose */
export interface NewUser {
  /** E-mail address */
  email: string;
  /** Name */
  name: string;
  /** What the account is for; see the table of permissions */
  role: 'tenant_admin' | 'procurement_manager' | 'operations' | 'finance' | 'viewer';
  /** A password of 12 to 200 characters (NIST SP 800-63B: length counts, kinds of characters do not) */
  password: string;
}

/** An endpoint to add */
export interface NewWebhookEndpoint {
  /** Where to post: https, a public name */
  url: string;
  /** Events wanted; all when empty */
  types?: (
    | 'container.milestone'
    | 'container.milestone_corrected'
    | 'container.milestone_withdrawn'
    | 'container.alert'
    | 'container.eta'
    | 'booking.confirmed'
    | 'booking.shipped'
    | 'booking.completed'
    | 'booking.cancelled'
  )[];
  /** Only what concerns these carriers; all when empty. What the carrier is not known of is not sent then */
  carrierIds?: string[];
  /** Only what concerns these lanes; all when empty. What the lane is not known of is not sent then */
  lanes?: WebhookLane[];
  /** What it is for */
  description?: string;
}

/** A code of six digits from an authenticator application */
export interface OneTimeCode {
  /** What the authenticator shows now */
  code: string;
}

/** A device on a container for a time */
export interface Pairing {
  /** Id of the device */
  device: string;
  /** Container number (ISO 6346) */
  container: string;
  /** From when on its fixes are of the container; null: from the first on */
  from: string | null;
  /** Until when; null while it is on the container */
  until: string | null;
}

/** A page of a list of Pairing */
export interface PairingPage {
  /** The items of this page */
  items: Pairing[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A change of one’s own password */
export interface PasswordChange {
  /** Your present password */
  current: string;
  /** A password of 12 to 200 characters (NIST SP 800-63B: length counts, kinds of characters do not) */
  next: string;
}

/** A link by which somebody chooses a password, once */
export interface PasswordLink {
  /** The link to hand over, shown once */
  url: string;
  /** When the link ends */
  expiresAt: string;
}

/** Your password again: a token alone is not enough */
export interface PasswordProof {
  /** Your present password */
  password: string;
}

/** Address lists and allowed origins */
export interface Policy {
  /** Addresses and CIDR ranges that are let in; an empty list lets all in */
  allowedAddresses: string[];
  /** Addresses and CIDR ranges that are refused whatever else, webhooks too */
  blockedAddresses: string[];
  /** Exact origins of browser applications that may read answers */
  corsOrigins: string[];
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** An observed position */
export interface Position {
  /** When it was observed */
  at: string;
  /** Latitude in degrees, WGS 84 */
  lat: number;
  /** Longitude in degrees, WGS 84 */
  lon: number;
  /** Speed over ground, knots */
  speedKnots: number | null;
  /** Course over ground, degrees from north */
  courseDeg: number | null;
  /** What a reefer or tracking device measured */
  sensors: Sensors | null;
  /** Why it is no position: unreachable in the time, no fix at all, or a year older than the journey. Null where it is */
  suspect: 'unreachable' | 'no_fix' | 'too_old' | null;
}

/** A page of a list of Position */
export interface PositionPage {
  /** The items of this page */
  items: Position[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A problem document (RFC 9457) */
export interface Problem {
  /** What kind of problem; about:blank when the status says it all */
  type: string;
  /** The kind in words */
  title: string;
  /** The HTTP status */
  status: number;
  /** What is wrong with this request */
  detail: string;
  /** Names the request in logs */
  correlationId: string;
  /** Stable code to decide by; see the error catalogue */
  code?:
    | 'address.refused'
    | 'allocation.booked'
    | 'allocation.closed'
    | 'allocation.contended'
    | 'allocation.departed'
    | 'allocation.exhausted'
    | 'allocation.expired'
    | 'allocation.transition_invalid'
    | 'booking.transition_invalid'
    | 'conflict.exists'
    | 'credit.exhausted'
    | 'feature.disabled'
    | 'forbidden'
    | 'idempotency.in_flight'
    | 'idempotency.mismatch'
    | 'invalid'
    | 'not_found'
    | 'nothing_acceptable'
    | 'policy.unavailable'
    | 'precondition.failed'
    | 'precondition.required'
    | 'quota.exceeded'
    | 'shard.unavailable'
    | 'unauthenticated'
    | 'unprocessable';
  /** Every fault of the request */
  errors?: {
    /** JSON pointer to the fault: into the body, or /path, /query, /header and a name */
    pointer: string;
    /** What kind of fault */
    code: string;
    /** The fault in words */
    detail: string;
  }[];
  /** The limits that are used up */
  'violated-policies'?: string[];
}

/** A public key that a client proves itself with (private_key_jwt, RFC 7523) */
export interface PublicJwk {
  /** Key type */
  kty: 'EC';
  /** Curve */
  crv: 'P-256';
  /** The x coordinate, base64url */
  x: string;
  /** The y coordinate, base64url */
  y: string;
  /** Key id, as in the assertion’s header */
  kid: string;
  /** Algorithm */
  alg?: 'ES256';
  /** Use */
  use?: 'sig';
}

/** An ETA as a source published it */
export interface PublishedEta {
  /** What the ETA is about */
  target: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery';
  /** Who published it: we, the carrier, or its schedule */
  source: 'ours' | 'carrier' | 'schedule';
  /** The place it is about (UN/LOCODE) */
  location: string;
  /** When it was published */
  at: string;
  /** Earliest likely time; null for a source without an interval */
  p10: string | null;
  /** Median */
  p50: string;
  /** Latest likely time; null for a source without an interval */
  p90: string | null;
}

/** A page of a list of PublishedEta */
export interface PublishedEtaPage {
  /** The items of this page */
  items: PublishedEta[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A refused item with its raw text */
export interface QuarantinedItem {
  /** Place of the item in the delivery, from 0 */
  index: number;
  /** JSON pointer to the fault in the item */
  pointer: string;
  /** What kind of fault */
  code: string;
  /** The fault in words */
  detail: string;
  /** Id of the item */
  id: number;
  /** The receipt of its delivery */
  receiptId: string;
  /** The item as it came; a compressed body as a data URL */
  raw: string;
  /** When it came */
  at: string;
}

/** A page of a list of QuarantinedItem */
export interface QuarantinedItemPage {
  /** The items of this page */
  items: QuarantinedItem[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** Which parts of the platform are ready */
export interface Readiness {
  /** Whether every part is ready */
  ready: boolean;
  /** Every part of the platform */
  parts: {
    /** Which part */
    name: string;
    /** Whether it is ready */
    ready: boolean;
    /** What is wrong with it */
    reason?: string;
  }[];
}

/** What in the end became of a delivery */
export interface Receipt {
  /** Id of the receipt */
  id: string;
  /** When the delivery came */
  receivedAt: string;
  /** Whether every item has reached its end */
  settled: boolean;
  /** Items by outcome */
  counts: {
    /** Items in the truth */
    applied: number;
    /** Items that were delivered before */
    duplicate: number;
    /** Items on their way */
    queued: number;
    /** Items that were refused */
    rejected: number;
    /** Items that failed every time and wait for a decision */
    parked: number;
    /** Items that were dropped */
    discarded: number;
    /** Items of numbers that nobody has registered: they wait until one is */
    unclaimed: number;
  };
  /** Every item */
  items: {
    /** Place in the delivery, from 0 */
    index: number;
    /** What became of the item */
    outcome: 'applied' | 'duplicate' | 'queued' | 'rejected' | 'parked' | 'discarded' | 'unclaimed';
  }[];
  /** Items that were refused */
  rejected: RejectedItem[];
  /** What of the items taken was left out or read otherwise, the first 200 */
  warnings: ItemWarning[];
}

/** Recovery codes, shown once */
export interface RecoveryCodes {
  /** Each signs in once when the authenticator is lost */
  recoveryCodes: string[];
}

/** What became of registrations */
export interface RegisteredContainers {
  /** Each container, in the order of the request */
  items: {
    /** The number in its normal form */
    number: string;
    /** What looks odd */
    warnings: string[];
  }[];
}

/** A container to track, with what is known of its journey; null takes a fact back */
export interface Registration {
  /** Container number (ISO 6346) */
  number: string;
  /** Port of loading (UN/LOCODE) */
  origin?: string | null;
  /** Port of discharge (UN/LOCODE) */
  destination?: string | null;
  /** Id of the carrier */
  carrierId?: string | null;
  /** Tracking device attached to the container */
  deviceId?: string | null;
  /** Your own reference */
  reference?: string | null;
  /** The carrier’s number of the booking */
  booking?: string | null;
  /** The booking on this platform */
  bookingId?: string | null;
  /** The arrival that was promised */
  promisedArrivalAt?: string | null;
  /** The range a reefer must keep; outside it an alert is raised */
  temperatureRangeC?: {
    /** Lowest, degrees Celsius */
    min: number;
    /** Highest, degrees Celsius */
    max: number;
  } | null;
  /** From when on what carriers say is of this journey, for one that has begun already; now without it */
  beginsAt?: string;
}

/** What your organisation has registered */
export interface RegistrationFacts {
  /** Port of loading (UN/LOCODE) */
  origin?: string;
  /** Port of discharge (UN/LOCODE) */
  destination?: string;
  /** Id of the carrier */
  carrierId?: string;
  /** Tracking device attached to the container */
  deviceId?: string;
  /** Your own reference */
  reference?: string;
  /** The carrier’s number of the booking */
  booking?: string;
  /** The booking on this platform */
  bookingId?: string;
  /** The arrival that was promised */
  promisedArrivalAt?: string;
  /** The range a reefer must keep; outside it an alert is raised */
  temperatureRangeC?: {
    /** Lowest, degrees Celsius */
    min: number;
    /** Highest, degrees Celsius */
    max: number;
  };
}

/** A refused item of a delivery */
export interface RejectedItem {
  /** Place of the item in the delivery, from 0 */
  index: number;
  /** JSON pointer to the fault in the item */
  pointer: string;
  /** What kind of fault */
  code: string;
  /** The fault in words */
  detail: string;
}

/** An endpoint that was removed */
export interface RemovedEndpoint {
  /** Id of the endpoint */
  id: string;
}

/** Whether a second factor was removed */
export interface RemovedFactor {
  /** Whether there was one */
  removed: boolean;
}

/** Secrets at rest that were sealed anew with the current key */
export interface Resealing {
  /** Id of the key that things are sealed with now */
  currentKey: string;
  /** Id of the pepper that passwords are hashed with now; null where none are */
  currentPepper: string | null;
  /** Secrets that were sealed anew */
  resealed: number;
  /** What still needs an earlier key, among what was looked at: such a key must stay */
  remaining: SealedRemainder[];
  /** Where to go on; null when everything was looked at */
  nextCursor: string | null;
}

/** Which part of the secrets to seal anew */
export interface ResealingPart {
  /** The `nextCursor` of the page before; the first page without it */
  cursor?: string;
  /** Items of the page at most */
  limit?: number;
}

/** Whose secrets to seal anew */
export interface ResealingTenants {
  /** The tenants whose endpoints to look at */
  tenantIds: string[];
}

/** The client after it */
export interface RevokedClient {
  /** Tokens of this version and later count */
  securityVersion: number;
}

/** A route by sea with its length, as GeoJSON */
export interface RouteFeature {
  /** GeoJSON type */
  type: 'Feature';
  /** The route */
  geometry: {
    /** GeoJSON type */
    type: 'MultiLineString';
    /** Lines of longitude and latitude, cut at the antimeridian (RFC 7946 section 3.1.9) */
    coordinates: [number, number][][];
  };
  /** What is known of it */
  properties: {
    /** Length, nautical miles */
    distanceNm: number;
    /** Canals and straits it takes */
    passages: string[];
  };
}

/** Secrets that need a key which is no longer the current one */
export interface SealedRemainder {
  /** The ring that the key is of */
  ring: 'sealing-keys' | 'pepper';
  /** What is under the key */
  what: string;
  /** Id of the key in its ring */
  keyId: string;
  /** How many */
  count: number;
}

/** One attack, however many refusals it takes */
export interface SecurityAlert {
  /** Id of the alert */
  id: string;
  /** The organisation whose access was refused */
  tenantId: string;
  /** What was refused */
  kind: 'login' | 'token' | 'permission' | 'address' | 'signature' | 'quota';
  /** Who was refused: user, client or connection; the address when nobody is known */
  subject: string;
  /** Refusals counted until now */
  failures: number;
  /** The first refusal counted */
  firstAt: string;
  /** The latest refusal */
  lastAt: string;
  /** Where the latest refusal was */
  route: string;
  /** Why */
  reason: string;
  /** From which network address */
  address: string;
}

/** A page of a list of SecurityAlert */
export interface SecurityAlertPage {
  /** The items of this page */
  items: SecurityAlert[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** What a reefer or tracking device measured */
export interface Sensors {
  /** Temperature, degrees Celsius */
  temperatureC?: number;
  /** Relative humidity, percent */
  humidityPct?: number;
  /** Shock, g */
  shockG?: number;
  /** Whether the door is open */
  doorOpen?: boolean;
}

/** Where a user is signed in */
export interface Session {
  /** Id of the session */
  id: string;
  /** Whose it is */
  userId: string;
  /** When the user signed in */
  createdAt: string;
  /** When it was renewed last */
  lastUsedAt: string;
  /** When it ends unless it is renewed */
  expiresAt: string;
  /** How the user proved who they are (RFC 8176): `pwd`, `otp` */
  methods: string[];
  /** Network address it was used from last */
  address: string | null;
  /** The program it was used with last */
  userAgent: string | null;
}

/** A page of a list of Session */
export interface SessionPage {
  /** The items of this page */
  items: Session[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** What was done with a parked message */
export interface SettledDeadLetter {
  /** Id of the parked message */
  id: string;
  /** What was done with it */
  action: 'replay' | 'discard';
}

/** What became of a number that was not registered */
export interface SettledNumber {
  /** Container number (ISO 6346) */
  number: string;
  /** Whether it is tracked now */
  claimed: boolean;
  /** Events that had waited: taken in, or dropped */
  events: number;
}

/** What a confirmed booking becomes */
export interface Shipment {
  /** Id of the shipment */
  id: string;
  /** The booking it comes from */
  bookingId: string;
  /** The carrier */
  carrierId: string;
  /** Port of loading (UN/LOCODE) */
  origin: string;
  /** Port of discharge (UN/LOCODE) */
  destination: string;
  /** Container numbers */
  containers: string[];
  /** Departure */
  departureAt: string;
  /** Arrival that was promised */
  arrivalAt: string;
  /** The state of its booking */
  state: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
  /** When the booking was confirmed */
  createdAt: string;
}

/** A shipment from all sides; a part that fails is null with a reason */
export interface ShipmentOverview {
  /** The shipment */
  shipment: {
    /** The part; null when it could not be had */
    value: Shipment | null;
    /** Why there is no value */
    reason: string | null;
  };
  /** Its containers */
  tracking: {
    /** The part; null when it could not be had */
    value: FleetLine[] | null;
    /** Why there is no value */
    reason: string | null;
  };
  /** Its carrier, with whom to contact */
  carrier: {
    /** The part; null when it could not be had */
    value: Carrier | null;
    /** Why there is no value */
    reason: string | null;
  };
}

/** A page of a list of Shipment */
export interface ShipmentPage {
  /** The items of this page */
  items: Shipment[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A key that signs access tokens */
export interface SigningKey {
  /** Key id */
  kid: string;
  /** What it is doing */
  state: 'next' | 'signing' | 'retiring';
  /** When it begins to sign */
  activeFrom: string;
  /** When it is published no longer */
  dropAt: string | null;
}

/** A page of a list of SigningKey */
export interface SigningKeyPage {
  /** The items of this page */
  items: SigningKey[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** The newest word of one source on a milestone */
export interface SourceWord {
  /** Whose word it is */
  carrierId: string;
  /** What the source is */
  role: 'carrier' | 'terminal';
  /** DCSA classifier: actual, estimated or planned */
  classifier: 'ACT' | 'EST' | 'PLN';
  /** When it happened or is expected, by this source */
  at: string;
  /** When it was said; when it was received where the source does not tell */
  saidAt: string;
  /** Key of the statement among the container’s events */
  key: string;
}

/** What a value of an event column means */
export interface TableEvent {
  /** DCSA event type code that the value stands for */
  code: 'ARRI' | 'DEPA' | 'LOAD' | 'DISC' | 'GTIN' | 'GTOT' | 'STUF' | 'STRP' | 'PICK' | 'DROP';
  /** Whether it is of the empty container; the column for it tells otherwise */
  empty?: boolean;
  /** Whether it is actual, estimated or planned */
  classifier?: 'ACT' | 'EST' | 'PLN';
}

/** How the rows of a table are read */
export interface TableOptions {
  /** The column of each field; one that is not named has the field’s own name. A member within others as a.b */
  columns: Record<
    | 'container'
    | 'device'
    | 'event'
    | 'time'
    | 'classifier'
    | 'empty'
    | 'place'
    | 'facility'
    | 'latitude'
    | 'longitude'
    | 'booking'
    | 'transportDocument'
    | 'vessel'
    | 'imo'
    | 'voyage'
    | 'mode'
    | 'id'
    | 'said'
    | 'speed'
    | 'course'
    | 'temperature'
    | 'humidity'
    | 'shock'
    | 'door',
    string
  >;
  /** What the values of the event column mean, beside DCSA codes and the names of milestones */
  events: { [name: string]: TableEvent };
  /** How dates are written: year first, day first, or month first */
  dates: 'iso' | 'dmy' | 'mdy';
}

/** A shipper’s organisation on the platform */
export interface Tenant {
  /** Id of the tenant */
  id: string;
  /** Short name, unique on the platform */
  slug: string;
  /** Name */
  name: string;
  /** The database shard that holds its procurement records */
  shard: string;
  /** When it was created */
  createdAt: string;
}

/** A page of a list of Tenant */
export interface TenantPage {
  /** The items of this page */
  items: Tenant[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A ticket that opens one WebSocket, once */
export interface Ticket {
  /** The ticket */
  ticket: string;
  /** For how long it can be used */
  expiresInSeconds: number;
  /** Path and query of the WebSocket */
  url: string;
}

/** What the socket is about */
export type TicketRequest =
  | {
      /** The whole fleet */
      topic: 'fleet';
    }
  | {
      /** One container */
      topic: 'container';
      /** Container number */
      number: string;
    };

/** A number that a carrier speaks of and nobody has registered */
export interface UnclaimedNumber {
  /** Container number (ISO 6346) */
  number: string;
  /** The connection that speaks of it */
  connectionId: string;
  /** When it did so first */
  since: string;
}

/** A page of a list of UnclaimedNumber */
export interface UnclaimedNumberPage {
  /** The items of this page */
  items: UnclaimedNumber[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** A container that is tracked no more */
export interface UntrackedContainer {
  /** Container number (ISO 6346) */
  number: string;
}

/** A person with an account, without any secret */
export interface User {
  /** Id of the user */
  id: string;
  /** E-mail address, one account each in an organisation */
  email: string;
  /** Name */
  name: string;
  /** What the account is for; see the table of permissions */
  role:
    | 'platform_operator'
    | 'tenant_admin'
    | 'procurement_manager'
    | 'operations'
    | 'finance'
    | 'viewer'
    | 'carrier_user';
  /** Whether the account may be used */
  status: 'active' | 'disabled';
  /** When the account was created */
  createdAt: string;
  /** Grows by one with every change; `"3"` is the entity tag of version 3 */
  version: number;
}

/** A page of a list of User */
export interface UserPage {
  /** The items of this page */
  items: User[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** One delivery with its last attempt */
export interface WebhookDelivery {
  /** Id of the delivery */
  id: string;
  /** The endpoint */
  endpointId: string;
  /** Id of the event, which is the webhook-id header */
  eventId: string;
  /** Type of the event */
  type: string;
  /** How it stands */
  status: 'pending' | 'delivered' | 'failed';
  /** Attempts made */
  attempts: number;
  /** HTTP status of the last answer */
  lastStatus: number | null;
  /** What went wrong last */
  lastError: string | null;
  /** When it was put in line */
  createdAt: string;
  /** When it is tried next; a paused or failing endpoint may be later */
  nextAttemptAt: string | null;
  /** When it was taken */
  deliveredAt: string | null;
}

/** A page of a list of WebhookDelivery */
export interface WebhookDeliveryPage {
  /** The items of this page */
  items: WebhookDelivery[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** An endpoint, without its secret */
export interface WebhookEndpoint {
  /** Id of the endpoint */
  id: string;
  /** Where deliveries are posted */
  url: string;
  /** Events wanted; all when empty */
  types: (
    | 'container.milestone'
    | 'container.milestone_corrected'
    | 'container.milestone_withdrawn'
    | 'container.alert'
    | 'container.eta'
    | 'booking.confirmed'
    | 'booking.shipped'
    | 'booking.completed'
    | 'booking.cancelled'
  )[];
  /** Only what concerns these carriers; all when empty. What the carrier is not known of is not sent then */
  carrierIds: string[];
  /** Only what concerns these lanes; all when empty. What the lane is not known of is not sent then */
  lanes: WebhookLane[];
  /** What it is for */
  description: string;
  /** Whether deliveries are sent; while paused they are kept */
  status: 'active' | 'paused';
  /** Somebody asked for it, or the endpoint answered 410 Gone */
  pausedBecause: 'asked' | 'gone' | null;
  /** When it was added */
  createdAt: string;
  health: WebhookHealth;
}

/** A page of a list of WebhookEndpoint */
export interface WebhookEndpointPage {
  /** The items of this page */
  items: WebhookEndpoint[];
  /** Where the next page begins; null on the last page */
  nextCursor: string | null;
}

/** An endpoint with its new signing secret */
export interface WebhookEndpointWithSecret {
  /** Id of the endpoint */
  id: string;
  /** Where deliveries are posted */
  url: string;
  /** Events wanted; all when empty */
  types: (
    | 'container.milestone'
    | 'container.milestone_corrected'
    | 'container.milestone_withdrawn'
    | 'container.alert'
    | 'container.eta'
    | 'booking.confirmed'
    | 'booking.shipped'
    | 'booking.completed'
    | 'booking.cancelled'
  )[];
  /** Only what concerns these carriers; all when empty. What the carrier is not known of is not sent then */
  carrierIds: string[];
  /** Only what concerns these lanes; all when empty. What the lane is not known of is not sent then */
  lanes: WebhookLane[];
  /** What it is for */
  description: string;
  /** Whether deliveries are sent; while paused they are kept */
  status: 'active' | 'paused';
  /** Somebody asked for it, or the endpoint answered 410 Gone */
  pausedBecause: 'asked' | 'gone' | null;
  /** When it was added */
  createdAt: string;
  health: WebhookHealth;
  /** The signing secret, shown once */
  secret: string;
}

/** How deliveries to an endpoint stand */
export interface WebhookHealth {
  /** How it answers: `down` after five failures in a row, then tried at growing intervals */
  state: 'ok' | 'failing' | 'down';
  /** Deliveries that wait */
  pending: number;
  /** When the oldest event that waits came up */
  oldestPendingAt: string | null;
  /** Nothing is sent before: the endpoint asked for it, or is down */
  nextAttemptAt: string | null;
  /** When it took a delivery last */
  lastDeliveredAt: string | null;
  /** HTTP status of its last answer */
  lastStatus: number | null;
  /** What went wrong with the last attempt */
  lastError: string | null;
  /** Events that were not kept for it, because too many were waiting */
  refused: number;
}

/** A lane that an endpoint wants events of */
export interface WebhookLane {
  /** Port of loading (UN/LOCODE); null for any */
  origin: string | null;
  /** Port of discharge (UN/LOCODE); null for any */
  destination: string | null;
}

/** What is delivered once more */
export interface WebhookReplayed {
  /** Deliveries that are pending again */
  replayed: number;
}

/** What is posted to an endpoint. */
export type WebhookPayload =
  | {
      /** Type of the event */
      type: 'container.milestone';
      /** When the event came up */
      timestamp: string;
      /** A container has reached a milestone */
      data: {
        /** Container number (ISO 6346) */
        number: string;
        /** The booking it belongs to */
        bookingId: string | null;
        /** Your own reference */
        reference: string | null;
        /** The carrier of the journey, as far as it is known */
        carrierId: string | null;
        /** Port of loading (UN/LOCODE), as far as it is known */
        origin: string | null;
        /** Port of discharge (UN/LOCODE), as far as it is known */
        destination: string | null;
        /** Which */
        milestone:
          | 'empty_picked_up'
          | 'stuffed'
          | 'picked_up'
          | 'gate_in'
          | 'loaded'
          | 'departed'
          | 'arrived'
          | 'discharged'
          | 'gate_out'
          | 'dropped_off'
          | 'stripped'
          | 'empty_returned';
        /** Where (UN/LOCODE) */
        location: string | null;
        /** When */
        at: string;
        /** Name of the vessel */
        vesselName: string | null;
        /** Voyage number */
        voyage: string | null;
      };
    }
  | {
      /** Type of the event */
      type: 'container.milestone_corrected';
      /** When the event came up */
      timestamp: string;
      /** A milestone that was told before happened at another time or place */
      data: {
        /** Container number (ISO 6346) */
        number: string;
        /** The booking it belongs to */
        bookingId: string | null;
        /** Your own reference */
        reference: string | null;
        /** The carrier of the journey, as far as it is known */
        carrierId: string | null;
        /** Port of loading (UN/LOCODE), as far as it is known */
        origin: string | null;
        /** Port of discharge (UN/LOCODE), as far as it is known */
        destination: string | null;
        /** Which */
        milestone:
          | 'empty_picked_up'
          | 'stuffed'
          | 'picked_up'
          | 'gate_in'
          | 'loaded'
          | 'departed'
          | 'arrived'
          | 'discharged'
          | 'gate_out'
          | 'dropped_off'
          | 'stripped'
          | 'empty_returned';
        /** Where (UN/LOCODE) */
        location: string | null;
        /** When */
        at: string;
        /** Name of the vessel */
        vesselName: string | null;
        /** Voyage number */
        voyage: string | null;
        /** What was told before */
        before: {
          /** Where it was said to be (UN/LOCODE) */
          location: string | null;
          /** When it was said to be */
          at: string;
        };
      };
    }
  | {
      /** Type of the event */
      type: 'container.milestone_withdrawn';
      /** When the event came up */
      timestamp: string;
      /** A milestone that was told before was taken back: it has not happened */
      data: {
        /** Container number (ISO 6346) */
        number: string;
        /** The booking it belongs to */
        bookingId: string | null;
        /** Your own reference */
        reference: string | null;
        /** The carrier of the journey, as far as it is known */
        carrierId: string | null;
        /** Port of loading (UN/LOCODE), as far as it is known */
        origin: string | null;
        /** Port of discharge (UN/LOCODE), as far as it is known */
        destination: string | null;
        /** Which */
        milestone:
          | 'empty_picked_up'
          | 'stuffed'
          | 'picked_up'
          | 'gate_in'
          | 'loaded'
          | 'departed'
          | 'arrived'
          | 'discharged'
          | 'gate_out'
          | 'dropped_off'
          | 'stripped'
          | 'empty_returned';
        /** Where (UN/LOCODE) */
        location: string | null;
        /** When */
        at: string;
        /** Name of the vessel */
        vesselName: string | null;
        /** Voyage number */
        voyage: string | null;
      };
    }
  | {
      /** Type of the event */
      type: 'container.alert';
      /** When the event came up */
      timestamp: string;
      /** An alert was raised on a container */
      data: {
        /** Container number (ISO 6346) */
        number: string;
        /** The booking it belongs to */
        bookingId: string | null;
        /** Your own reference */
        reference: string | null;
        /** The carrier of the journey, as far as it is known */
        carrierId: string | null;
        /** Port of loading (UN/LOCODE), as far as it is known */
        origin: string | null;
        /** Port of discharge (UN/LOCODE), as far as it is known */
        destination: string | null;
        /** What it is about */
        alert: 'late' | 'stopped' | 'temperature' | 'door' | 'shock';
        /** What was seen */
        detail: string;
      };
    }
  | {
      /** Type of the event */
      type: 'container.eta';
      /** When the event came up */
      timestamp: string;
      /** The ETA of a container’s nearest target has changed */
      data: {
        /** Container number (ISO 6346) */
        number: string;
        /** The booking it belongs to */
        bookingId: string | null;
        /** Your own reference */
        reference: string | null;
        /** The carrier of the journey, as far as it is known */
        carrierId: string | null;
        /** Port of loading (UN/LOCODE), as far as it is known */
        origin: string | null;
        /** Port of discharge (UN/LOCODE), as far as it is known */
        destination: string | null;
        /** What the ETA is about */
        target: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery';
        /** The place it is about (UN/LOCODE) */
        location: string;
        /** Earliest likely time */
        p10: string | null;
        /** Median */
        p50: string;
        /** Latest likely time */
        p90: string | null;
      };
    }
  | {
      /** Type of the event */
      type: 'booking.confirmed';
      /** When the event came up */
      timestamp: string;
      /** A booking was confirmed */
      data: {
        /** The booking */
        bookingId: string;
        /** The shipment it became */
        shipmentId: string | null;
        /** The carrier */
        carrierId: string;
        /** Port of loading (UN/LOCODE) */
        origin: string;
        /** Port of discharge (UN/LOCODE) */
        destination: string;
        /** Space booked */
        quantity: number;
        /** Your own reference */
        reference: string | null;
        /** Container numbers, as far as known */
        containers: string[];
        /** The arrival that was promised */
        promisedArrivalAt: string;
      };
    }
  | {
      /** Type of the event */
      type: 'booking.shipped';
      /** When the event came up */
      timestamp: string;
      /** A booking’s cargo has sailed */
      data: {
        /** The booking */
        bookingId: string;
        /** The shipment it became */
        shipmentId: string | null;
        /** The carrier */
        carrierId: string;
        /** Port of loading (UN/LOCODE) */
        origin: string;
        /** Port of discharge (UN/LOCODE) */
        destination: string;
        /** Space booked */
        quantity: number;
        /** Your own reference */
        reference: string | null;
        /** Container numbers, as far as known */
        containers: string[];
        /** The arrival that was promised */
        promisedArrivalAt: string;
      };
    }
  | {
      /** Type of the event */
      type: 'booking.completed';
      /** When the event came up */
      timestamp: string;
      /** A booking is completed */
      data: {
        /** The booking */
        bookingId: string;
        /** The shipment it became */
        shipmentId: string | null;
        /** The carrier */
        carrierId: string;
        /** Port of loading (UN/LOCODE) */
        origin: string;
        /** Port of discharge (UN/LOCODE) */
        destination: string;
        /** Space booked */
        quantity: number;
        /** Your own reference */
        reference: string | null;
        /** Container numbers, as far as known */
        containers: string[];
        /** The arrival that was promised */
        promisedArrivalAt: string;
      };
    }
  | {
      /** Type of the event */
      type: 'booking.cancelled';
      /** When the event came up */
      timestamp: string;
      /** A booking was cancelled */
      data: {
        /** The booking */
        bookingId: string;
        /** The shipment it became */
        shipmentId: string | null;
        /** The carrier */
        carrierId: string;
        /** Port of loading (UN/LOCODE) */
        origin: string;
        /** Port of discharge (UN/LOCODE) */
        destination: string;
        /** Space booked */
        quantity: number;
        /** Your own reference */
        reference: string | null;
        /** Container numbers, as far as known */
        containers: string[];
        /** The arrival that was promised */
        promisedArrivalAt: string;
      };
    }
  | {
      /** Type of the event */
      type: 'endpoint.test';
      /** When the event came up */
      timestamp: string;
      /** Somebody asked for a test of the endpoint: sent to it alone, whatever it subscribes to */
      data: {
        /** The endpoint */
        endpointId: string;
      };
    };

/** What every operation takes and answers. */
export interface Operations {
  /** Whether the edge answers, and the platform’s clock */
  health: { input: Record<string, never>; output: Health };
  /** Whether every service and database is ready */
  readiness: { input: Record<string, never>; output: Readiness };
  /** Who you are and what you may do */
  me: { input: Record<string, never>; output: Me };
  /** Change your password */
  changePassword: { input: PasswordChange; output: EndedSessions };
  /** Begin a second factor (TOTP, RFC 6238) */
  enrolFactor: { input: PasswordProof; output: FactorEnrolment };
  /** Confirm the second factor by its first code */
  confirmFactor: { input: OneTimeCode; output: RecoveryCodes };
  /** Remove your second factor */
  removeFactor: { input: PasswordProof; output: RemovedFactor };
  /** Where you are signed in, newest first */
  listSessions: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: SessionPage;
  };
  /** End one of your sessions */
  endSession: {
    input: {
      /** Id of the session */
      sessionId: string;
    };
    output: EndedSession;
  };
  /** End the session of this token */
  signOut: { input: Record<string, never>; output: EndedSession };
  /** Create a tenant and invite its first administrator */
  createTenant: { input: NewTenant; output: CreatedTenant };
  /** List all tenants, newest first */
  listTenants: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: TenantPage;
  };
  /** Invite an administrator into a tenant that has none */
  inviteAdministrator: {
    input: {
      /** E-mail address */
      email: string;
    } & {
      /** Id of the tenant */
      id: string;
    };
    output: CreatedInvitation;
  };
  /** Quotas and features of a tenant */
  getLimits: {
    input: {
      /** Id of the tenant */
      id: string;
    };
    output: Limits;
  };
  /** Set quotas and features of a tenant */
  putLimits: {
    input: {
      /** Requests a minute of the whole tenant */
      tenantPerMinute?: number;
      /** Requests a minute of each user or client */
      subjectPerMinute?: number;
      /** Features: live, outbound_webhooks, sea_routes */
      features?: {
        /** Live WebSockets */
        live?: boolean;
        /** Outbound webhooks */
        outbound_webhooks?: boolean;
        /** Sea routes between ports */
        sea_routes?: boolean;
      };
    } & {
      /** Id of the tenant */
      id: string;
    };
    output: Limits;
  };
  /** Create a user with a password that you choose */
  createUser: { input: NewUser; output: User };
  /** List users, newest first */
  listUsers: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** A carrier; for operators */
      carrierId?: string;
    };
    output: UserPage;
  };
  /** One user */
  getUser: {
    input: {
      /** Id of the user */
      id: string;
    };
    output: User;
  };
  /** Change a user’s name, role or status */
  changeUser: {
    input: {
      /** Name */
      name: string;
      /** What the account is for */
      role:
        | 'tenant_admin'
        | 'procurement_manager'
        | 'operations'
        | 'finance'
        | 'viewer'
        | 'platform_operator'
        | 'carrier_user';
      /** Whether the account may be used */
      status: 'active' | 'disabled';
    } & {
      /** Id of the user */
      id: string;
    };
    output: User;
  };
  /** A link by which the user chooses a new password; hand it over yourself */
  createPasswordReset: {
    input: {
      /** Id of the user */
      id: string;
    };
    output: PasswordLink;
  };
  /** Remove the second factor of a user who has lost it */
  resetFactor: {
    input: {
      /** Id of the user */
      id: string;
    };
    output: RemovedFactor;
  };
  /** Where a user is signed in, newest first */
  listUserSessions: {
    input: {
      /** Id of the user */
      id: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: SessionPage;
  };
  /** Sign a user out everywhere */
  endUserSessions: {
    input: {
      /** Id of the user */
      id: string;
    };
    output: EndedSessions;
  };
  /** End one session of a user */
  endUserSession: {
    input: {
      /** Id of the user */
      id: string;
      /** Id of the session */
      sessionId: string;
    };
    output: EndedSession;
  };
  /** Invite a person; the link is shown once, hand it over yourself */
  createInvitation: { input: NewInvitation; output: CreatedInvitation };
  /** List invitations, newest first */
  listInvitations: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: InvitationPage;
  };
  /** Withdraw an invitation */
  withdrawInvitation: {
    input: {
      /** Id of the invitation */
      id: string;
    };
    output: Invitation;
  };
  /** Create a machine client; its secret is shown once */
  createClient: { input: NewClient; output: ClientWithSecret };
  /** List machine clients, newest first */
  listClients: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: ClientPage;
  };
  /** One machine client */
  getClient: {
    input: {
      /** Id of the client */
      id: string;
    };
    output: Client;
  };
  /** Change a client’s name, scopes, keys or status */
  changeClient: {
    input: {
      /** Name */
      name: string;
      /** Permissions that the client is narrowed to; all of its role’s without them */
      scopes:
        | (
            | 'tenants:manage'
            | 'keys:manage'
            | 'users:read'
            | 'users:manage'
            | 'clients:manage'
            | 'policy:read'
            | 'policy:manage'
            | 'security:read'
            | 'audit:read'
            | 'carriers:read'
            | 'carriers:manage'
            | 'connections:read'
            | 'connections:manage'
            | 'containers:read'
            | 'containers:write'
            | 'containers:delete'
            | 'receipts:read'
            | 'dead-letters:manage'
            | 'live:subscribe'
            | 'eta:read'
            | 'eta:manage'
            | 'routes:read'
            | 'allocations:read'
            | 'allocations:write'
            | 'bookings:read'
            | 'bookings:write'
            | 'bookings:confirm-for-carrier'
            | 'shipments:read'
            | 'webhooks:manage'
            | 'carrier-bookings:read'
            | 'carrier-bookings:write'
          )[]
        | null;
      /** Whether the account may be used */
      status: 'active' | 'disabled';
      /** New keys of a client that has keys; keep the one before for as long as it is used */
      jwks?: PublicJwk[];
    } & {
      /** Id of the client */
      id: string;
    };
    output: Client;
  };
  /** Make a new secret; the one before works for another day */
  rotateClientSecret: {
    input: {
      /** End the secret before at once: for one that has leaked. Without it both work for a while, so that nothing stops */
      immediately?: boolean;
    } & {
      /** Id of the client */
      id: string;
    };
    output: ClientWithSecret;
  };
  /** Invite a carrier, known by its SCAC or new */
  createCarrier: { input: NewCarrier; output: Carrier };
  /** List your carriers, newest first */
  listCarriers: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: CarrierPage;
  };
  /** One carrier */
  getCarrier: {
    input: {
      /** Id of the carrier */
      id: string;
    };
    output: Carrier;
  };
  /** Address lists and allowed origins */
  getPolicy: { input: Record<string, never>; output: Policy };
  /** Replace address lists and allowed origins */
  putPolicy: { input: NewPolicy; output: Policy };
  /** Security alerts, newest first */
  listAlerts: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: SecurityAlertPage;
  };
  /** The keys that sign access tokens, with what each is doing */
  listSigningKeys: { input: Record<string, never>; output: SigningKeyPage };
  /** Make a new signing key ahead of schedule */
  rotateSigningKeys: { input: KeyRotation; output: SigningKeyPage };
  /** End what the operators’ configured client made and holds */
  revokeOperatorClient: { input: Record<string, never>; output: RevokedClient };
  /** Seal identity’s secrets anew with the current key */
  resealIdentity: { input: ResealingPart; output: Resealing };
  /** Seal the secrets of connections anew with the current key */
  resealTracking: { input: ResealingPart; output: Resealing };
  /** Seal the secrets of tenants’ endpoints anew with the current key */
  resealNotifications: { input: ResealingTenants; output: Resealing };
  /** The tenants that have invited your organisation, newest first */
  listCarrierCustomers: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: CarrierCustomerPage;
  };
  /** Register containers for tracking */
  registerContainers: { input: NewRegistrations; output: RegisteredContainers };
  /** List, search and filter containers, by number */
  listContainers: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Part of a container number, reference, vessel name, port or booking */
      search?: string;
      /** Where the container is in its journey */
      status?:
        | 'registered'
        | 'empty_picked_up'
        | 'stuffed'
        | 'picked_up'
        | 'gate_in'
        | 'loaded'
        | 'departed'
        | 'arrived'
        | 'discharged'
        | 'gate_out'
        | 'dropped_off'
        | 'stripped'
        | 'empty_returned';
      /** Id of the carrier */
      carrierId?: string;
      /** Port of discharge (UN/LOCODE) */
      destination?: string;
      /** Only containers with open alerts */
      alerting?: boolean;
      /** Those in the archive instead of those outside */
      archived?: boolean;
      /** Only these containers */
      numbers?: string[];
      /** Map box: west, south, east, north in degrees; west above east crosses the antimeridian */
      box?: [number, number, number, number];
    };
    output: FleetLinePage;
  };
  /** One container: state, ETA with interval, alerts, and how old the answer is */
  getContainer: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: Container;
  };
  /** Erase all that is stored of a container, for good */
  deleteContainer: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: DeletedContainer;
  };
  /** Stop tracking a container */
  untrackContainer: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: UntrackedContainer;
  };
  /** Put a container away */
  archiveContainer: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: ArchivedContainer;
  };
  /** Take a container out of the archive */
  unarchiveContainer: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: ArchivedContainer;
  };
  /** Journey events by time */
  listEvents: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: JourneyEventPage;
  };
  /** Positions by time, thinned to a resolution */
  listPositions: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Positions of the page at most */
      limit?: number;
      /** Positions from here on */
      from?: string;
      /** Positions until here */
      to?: string;
      /** Seconds; the last position of each interval is kept. 0 keeps all */
      resolution?: number;
    };
    output: PositionPage;
  };
  /** The journeys of a container, newest first */
  listJourneys: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: JourneyPage;
  };
  /** What has changed of a container’s milestones since an instant */
  listChanges: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** The instant to compare with */
      since: string;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: MilestoneChangePage;
  };
  /** One journey */
  getJourney: {
    input: {
      /** Id of the journey */
      id: string;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: Journey;
  };
  /** Numbers that carriers speak of and nobody has registered */
  listUnclaimed: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Only of this connection */
      connectionId?: string;
    };
    output: UnclaimedNumberPage;
  };
  /** Track a number that nobody has registered, with all that has waited of it */
  claimNumber: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: SettledNumber;
  };
  /** Drop what has waited of a number, and all that will be said of it until it is registered */
  ignoreNumber: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: SettledNumber;
  };
  /** Drop what has waited of a number */
  purgeNumber: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: SettledNumber;
  };
  /** Devices with the container that each was on last, by id */
  listDevices: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: PairingPage;
  };
  /** The containers that a device was on, newest first */
  listPairings: {
    input: {
      /** Id of the tracking device */
      device: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: PairingPage;
  };
  /** Put a device on a container */
  pairDevice: {
    input: {
      /** Container number (ISO 6346) */
      container: string;
      /** From when on; now without it */
      from?: string;
      /** Until when, where that is known */
      until?: string;
    } & {
      /** Id of the tracking device */
      device: string;
    };
    output: Pairing;
  };
  /** Take a device off its container */
  unpairDevice: {
    input: {
      /** When it was taken off; now without it */
      at?: string;
    } & {
      /** Id of the tracking device */
      device: string;
    };
    output: Pairing;
  };
  /** The milestones of a journey by time, with the word of each source */
  listMilestones: {
    input: {
      /** Id of the journey */
      id: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** What was known then, by what had been received until then; what is known now without it */
      asOf?: string;
    };
    output: MilestoneWithSourcesPage;
  };
  /** The route a container still has to go, as GeoJSON */
  getRoute: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
    };
    output: RouteFeature;
  };
  /** Every ETA published on this journey, by us, the carrier and the schedule, oldest first */
  listEtaHistory: {
    input: {
      /** Container number (ISO 6346) */
      number: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: PublishedEtaPage;
  };
  /** How right we, the carriers and the schedules were */
  etaAccuracy: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Arrivals from here on; 90 days before the end by default, 400 at most */
      from?: string;
      /** Arrivals before this; now by default */
      to?: string;
      /** How rows are grouped */
      groupBy?: 'horizon' | 'lane' | 'carrier';
      /** Who published it: we, the carrier, or its schedule */
      source?: 'ours' | 'carrier' | 'schedule';
      /** What the ETA is about */
      target?: 'vessel_arrival' | 'discharge' | 'gate_out' | 'delivery';
      /** Only this carrier */
      carrierId?: string;
      /** Only this origin (UN/LOCODE) */
      origin?: string;
      /** Only this destination (UN/LOCODE) */
      destination?: string;
      /** Only this horizon, hours before the arrival */
      horizonHours?: number;
    };
    output: EtaAccuracyPage;
  };
  /** Versions of your lane models, newest first */
  listEtaModels: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: EtaModelVersionPage;
  };
  /** Roll out a version of your lane models, or go back to one */
  activateEtaModel: { input: EtaModelChoice; output: EtaModelVersion };
  /** How reliable a carrier was on your journeys */
  carrierReliability: {
    input: {
      /** Id of the carrier */
      id: string;
      /** Arrivals from here on; 90 days before the end by default, 400 at most */
      from?: string;
      /** Arrivals before this; now by default */
      to?: string;
    };
    output: CarrierReliability;
  };
  /** The sea route between two ports, as GeoJSON */
  seaRoute: {
    input: {
      /** Port of departure (UN/LOCODE) */
      from: string;
      /** Port of arrival (UN/LOCODE) */
      to: string;
      /** Closed passages, such as suez or panama */
      avoid?: string[];
    };
    output: RouteFeature;
  };
  /** Create a webhook connection; its secret is shown once */
  createConnection: { input: NewConnection; output: ConnectionWithSecret };
  /** List connections, newest first */
  listConnections: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: ConnectionPage;
  };
  /** One connection */
  getConnection: {
    input: {
      /** Id of the connection */
      id: string;
    };
    output: Connection;
  };
  /** Make a new secret; the one before stays valid until the next rotation */
  rotateConnectionSecret: {
    input: {
      /** End the secret before at once: for one that has leaked. Without it both work for a while, so that nothing stops */
      immediately?: boolean;
    } & {
      /** Id of the connection */
      id: string;
    };
    output: ConnectionWithSecret;
  };
  /** Say anew how the deliveries of a connection are read */
  setConnectionOptions: {
    input: {
      /** What a delivery holds: events, or for each container in it all that the connection has to say, so that what is not in it any more is withdrawn */
      history?: 'events' | 'full';
      /** Whether times of movements are what they state, or local time of the place that is labelled as UTC */
      times?: 'as_stated' | 'local_labelled_z';
      /** What the party is: of moves at its gate a terminal is believed first */
      role?: 'carrier' | 'terminal';
      /** The zone of times without one at places whose zone is not known; UTC without it */
      defaultZone?: string | null;
      /** UN/LOCODEs of the codes that the carrier writes for places */
      aliases?: Record<string, string>;
      table?: NewTableOptions;
    } & {
      /** Id of the connection */
      id: string;
    };
    output: Connection;
  };
  /** Stop taking deliveries of a connection */
  disableConnection: {
    input: {
      /** Id of the connection */
      id: string;
    };
    output: Connection;
  };
  /** Upload a file as a delivery of a connection */
  uploadFile: {
    input: {
      /** What the text is */
      contentType: 'text/csv' | 'application/x-ndjson' | 'application/json';
      /** The file, or a part of it with its header */
      text: string;
    } & {
      /** Id of the connection */
      id: string;
    };
    output: IngestAnswer;
  };
  /** What became of every item of a delivery */
  getReceipt: {
    input: {
      /** Id of the receipt */
      id: string;
    };
    output: Receipt;
  };
  /** Refused items of a connection with their raw text, newest first */
  listQuarantine: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Id of the connection */
      connectionId: string;
    };
    output: QuarantinedItemPage;
  };
  /** Deliveries of a connection that failed every time and are parked, oldest first */
  listDeadLetters: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Id of the connection */
      connectionId: string;
    };
    output: DeadLetterPage;
  };
  /** Send a parked delivery through again */
  replayDeadLetter: {
    input: {
      /** Id of the parked message */
      id: string;
    };
    output: SettledDeadLetter;
  };
  /** Drop a parked delivery for good */
  discardDeadLetter: {
    input: {
      /** Id of the parked message */
      id: string;
    };
    output: SettledDeadLetter;
  };
  /** A ticket that opens one WebSocket, once, within 30 seconds */
  createTicket: { input: TicketRequest; output: Ticket };
  /** Create contracted space */
  createAllocation: { input: NewAllocation; output: Allocation };
  /** List contracted space, newest first */
  listAllocations: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Only this port of loading (UN/LOCODE) */
      origin?: string;
      /** Only this port of discharge (UN/LOCODE) */
      destination?: string;
    };
    output: AllocationPage;
  };
  /** One allocation with the trail of its changes */
  getAllocation: {
    input: {
      /** Id of the allocation */
      id: string;
    };
    output: AllocationWithAudit;
  };
  /** Change the terms of contracted space */
  changeAllocation: {
    input: {
      /** The sailing or week the space is for: a week as `2026-W48`, or a voyage number; not blank */
      period: string;
      /** Space in all */
      capacity: number;
      /** Departure: in the future, within five years */
      departureAt: string;
      /** Arrival, after the departure */
      arrivalAt: string;
      /** Bookings are refused from here on: in the future, not after the departure; the departure when it is left out */
      closesAt?: string;
      /** `instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms */
      confirmation: 'instant' | 'carrier';
    } & {
      /** Id of the allocation */
      id: string;
    };
    output: Allocation;
  };
  /** Close contracted space: it takes no more bookings, and those made stand */
  closeAllocation: {
    input: {
      /** Id of the allocation */
      id: string;
    };
    output: Allocation;
  };
  /** Let closed space take bookings again */
  reopenAllocation: {
    input: {
      /** Id of the allocation */
      id: string;
    };
    output: Allocation;
  };
  /** Withdraw space that nothing is booked on, for good */
  withdrawAllocation: {
    input: {
      /** Id of the allocation */
      id: string;
    };
    output: Allocation;
  };
  /** Book space */
  createBooking: { input: NewBooking; output: Booking };
  /** List bookings, newest first */
  listBookings: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Where the booking is in its life */
      state?: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
    };
    output: BookingPage;
  };
  /** One booking with its audit trail */
  getBooking: {
    input: {
      /** Id of the booking */
      id: string;
    };
    output: BookingWithAudit;
  };
  /** Ship, complete or cancel a booking */
  transitionBooking: {
    input: {
      /** The state to go to; `confirmed` is the carrier’s to say, and always refused here */
      to: 'confirmed' | 'shipped' | 'completed' | 'cancelled';
      /** Why, for the audit trail */
      reason?: string;
    } & {
      /** Id of the booking */
      id: string;
    };
    output: Booking;
  };
  /** Record that the carrier has confirmed a booking outside of the platform */
  recordCarrierConfirmation: {
    input: {
      /** How the carrier gave its confirmation */
      means: 'telephone' | 'email' | 'portal' | 'other';
      /** With whom of the carrier you spoke */
      spokeWith?: string;
      /** When the carrier confirmed; not in the future, and now when it is left out */
      confirmedAt?: string;
      /** Why, for the audit trail */
      reason?: string;
    } & {
      /** Id of the booking */
      id: string;
    };
    output: Booking;
  };
  /** List shipments, newest first */
  listShipments: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
    };
    output: ShipmentPage;
  };
  /** One shipment */
  getShipment: {
    input: {
      /** Id of the shipment */
      id: string;
    };
    output: Shipment;
  };
  /** Bookings addressed to your organisation, newest first */
  listCarrierBookings: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Where the booking is in its life */
      state?: 'requested' | 'confirmed' | 'shipped' | 'completed' | 'cancelled';
      /** Only this customer */
      tenantId?: string;
    };
    output: CarrierBookingList;
  };
  /** One booking addressed to your organisation */
  getCarrierBooking: {
    input: {
      /** Id of the customer */
      tenantId: string;
      /** Id of the booking */
      id: string;
    };
    output: CarrierBooking;
  };
  /** Confirm or decline a booking that waits for your confirmation */
  transitionCarrierBooking: {
    input: {
      /** Confirm, or decline by cancelling */
      to: 'confirmed' | 'cancelled';
      /** Why, for the audit trail */
      reason?: string;
    } & {
      /** Id of the customer */
      tenantId: string;
      /** Id of the booking */
      id: string;
    };
    output: CarrierBooking;
  };
  /** A shipment with its containers and its carrier’s contact */
  getShipmentOverview: {
    input: {
      /** Id of the shipment */
      id: string;
    };
    output: ShipmentOverview;
  };
  /** Add an endpoint; its signing secret is shown once */
  createEndpoint: { input: NewWebhookEndpoint; output: WebhookEndpointWithSecret };
  /** List endpoints */
  listEndpoints: { input: Record<string, never>; output: WebhookEndpointPage };
  /** One endpoint with how its deliveries stand */
  getEndpoint: {
    input: {
      /** Id of the endpoint */
      id: string;
    };
    output: WebhookEndpoint;
  };
  /** Change, pause or resume an endpoint */
  updateEndpoint: {
    input: {
      /** Where to post: https, a public name */
      url?: string;
      /** Events wanted; all when empty */
      types?: (
        | 'container.milestone'
        | 'container.milestone_corrected'
        | 'container.milestone_withdrawn'
        | 'container.alert'
        | 'container.eta'
        | 'booking.confirmed'
        | 'booking.shipped'
        | 'booking.completed'
        | 'booking.cancelled'
      )[];
      /** Only what concerns these carriers; all when empty. What the carrier is not known of is not sent then */
      carrierIds?: string[];
      /** Only what concerns these lanes; all when empty. What the lane is not known of is not sent then */
      lanes?: WebhookLane[];
      /** What it is for */
      description?: string;
      /** Whether deliveries wait */
      paused?: boolean;
    } & {
      /** Id of the endpoint */
      id: string;
    };
    output: WebhookEndpoint;
  };
  /** Remove an endpoint with its delivery log and what waits for it */
  deleteEndpoint: {
    input: {
      /** Id of the endpoint */
      id: string;
    };
    output: RemovedEndpoint;
  };
  /** Make a new signing secret */
  rotateEndpointSecret: {
    input: {
      /** End the secret before at once: for one that has leaked. Without it both work for a while, so that nothing stops */
      immediately?: boolean;
    } & {
      /** Id of the endpoint */
      id: string;
    };
    output: WebhookEndpointWithSecret;
  };
  /** The delivery log of an endpoint, newest first */
  listDeliveries: {
    input: {
      /** Id of the endpoint */
      id: string;
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Of this status alone */
      status?: 'pending' | 'delivered' | 'failed';
      /** Of this type of event alone */
      type?:
        | 'container.milestone'
        | 'container.milestone_corrected'
        | 'container.milestone_withdrawn'
        | 'container.alert'
        | 'container.eta'
        | 'booking.confirmed'
        | 'booking.shipped'
        | 'booking.completed'
        | 'booking.cancelled';
    };
    output: WebhookDeliveryPage;
  };
  /** Deliver all events once more from an instant or an event on */
  replayEvents: {
    input: {
      /** Events since an instant (RFC 3339 with its zone), or from an event on, by its id */
      from: string;
      /** Events before this instant; all until now without it */
      until?: string;
      /** All of them, or those alone that the endpoint has not taken */
      only?: 'all' | 'failed';
      /** Of these types; of all when empty */
      types?: (
        | 'container.milestone'
        | 'container.milestone_corrected'
        | 'container.milestone_withdrawn'
        | 'container.alert'
        | 'container.eta'
        | 'booking.confirmed'
        | 'booking.shipped'
        | 'booking.completed'
        | 'booking.cancelled'
      )[];
    } & {
      /** Id of the endpoint */
      id: string;
    };
    output: WebhookReplayed;
  };
  /** Send a test to an endpoint and answer what became of it */
  testEndpoint: {
    input: {
      /** Id of the endpoint */
      id: string;
    };
    output: WebhookDelivery;
  };
  /** Deliver an event once more */
  replayDelivery: {
    input: {
      /** Id of the delivery */
      id: string;
    };
    output: WebhookDelivery;
  };
  /** The audit trail, newest first */
  listAudit: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** From when on */
      from?: string;
      /** Until when, itself left out */
      to?: string;
      /** An action, or with a dot at its end all that begin so */
      action?: string;
      /** Kind of the object */
      objectType?:
        | 'allocation'
        | 'booking'
        | 'carrier'
        | 'client'
        | 'container'
        | 'connection'
        | 'contract'
        | 'dead_letter'
        | 'endpoint'
        | 'eta_model'
        | 'factor'
        | 'invitation'
        | 'invoice'
        | 'limits'
        | 'password'
        | 'policy'
        | 'rate'
        | 'sealing_key'
        | 'session'
        | 'shipment'
        | 'signing_key'
        | 'tenant'
        | 'tender'
        | 'token'
        | 'user';
      /** Id of the object */
      objectId?: string;
      /** Who did it */
      subject?: string;
      /** Correlation id, ours or the caller’s own */
      correlationId?: string;
    };
    output: AuditTrailEntryPage;
  };
  /** The audit trail in its order, as it was hashed */
  auditRange: {
    input: {
      /** The `nextCursor` of the page before; the first page without it */
      cursor?: string;
      /** Items of the page at most */
      limit?: number;
      /** Only entries with a higher number */
      after?: number;
      /** From when on */
      from?: string;
      /** Until when, itself left out */
      to?: string;
      /** An action, or with a dot at its end all that begin so */
      action?: string;
      /** Kind of the object */
      objectType?:
        | 'allocation'
        | 'booking'
        | 'carrier'
        | 'client'
        | 'container'
        | 'connection'
        | 'contract'
        | 'dead_letter'
        | 'endpoint'
        | 'eta_model'
        | 'factor'
        | 'invitation'
        | 'invoice'
        | 'limits'
        | 'password'
        | 'policy'
        | 'rate'
        | 'sealing_key'
        | 'session'
        | 'shipment'
        | 'signing_key'
        | 'tenant'
        | 'tender'
        | 'token'
        | 'user';
      /** Id of the object */
      objectId?: string;
      /** Who did it */
      subject?: string;
      /** Correlation id, ours or the caller’s own */
      correlationId?: string;
    };
    output: ChainedAuditEntryPage;
  };
  /** Number and hash of the newest entry */
  auditHead: { input: Record<string, never>; output: AuditHead };
}

/** How an operation is sent. */
export interface Route {
  method: string;
  path: string;
  /** Whether the input is sent as JSON; else it is the query. */
  body?: true;
  /** Whether it needs an idempotency key. */
  idempotent?: true;
}

/** Every operation by its name. */
export const OPERATIONS: Record<keyof Operations, Route> = {
  health: { method: 'GET', path: '/healthz' },
  readiness: { method: 'GET', path: '/readyz' },
  me: { method: 'GET', path: '/v1/me' },
  changePassword: { method: 'PUT', path: '/v1/me/password', body: true },
  enrolFactor: { method: 'POST', path: '/v1/me/second-factor', body: true },
  confirmFactor: { method: 'POST', path: '/v1/me/second-factor/confirm', body: true },
  removeFactor: { method: 'POST', path: '/v1/me/second-factor/remove', body: true },
  listSessions: { method: 'GET', path: '/v1/sessions' },
  endSession: { method: 'DELETE', path: '/v1/sessions/{sessionId}' },
  signOut: { method: 'POST', path: '/v1/sign-out' },
  createTenant: { method: 'POST', path: '/v1/tenants', body: true, idempotent: true },
  listTenants: { method: 'GET', path: '/v1/tenants' },
  inviteAdministrator: { method: 'POST', path: '/v1/tenants/{id}/administrators', body: true, idempotent: true },
  getLimits: { method: 'GET', path: '/v1/tenants/{id}/limits' },
  putLimits: { method: 'PUT', path: '/v1/tenants/{id}/limits', body: true },
  createUser: { method: 'POST', path: '/v1/users', body: true, idempotent: true },
  listUsers: { method: 'GET', path: '/v1/users' },
  getUser: { method: 'GET', path: '/v1/users/{id}' },
  changeUser: { method: 'PUT', path: '/v1/users/{id}', body: true },
  createPasswordReset: { method: 'POST', path: '/v1/users/{id}/password-reset', idempotent: true },
  resetFactor: { method: 'DELETE', path: '/v1/users/{id}/second-factor' },
  listUserSessions: { method: 'GET', path: '/v1/users/{id}/sessions' },
  endUserSessions: { method: 'DELETE', path: '/v1/users/{id}/sessions' },
  endUserSession: { method: 'DELETE', path: '/v1/users/{id}/sessions/{sessionId}' },
  createInvitation: { method: 'POST', path: '/v1/invitations', body: true, idempotent: true },
  listInvitations: { method: 'GET', path: '/v1/invitations' },
  withdrawInvitation: { method: 'DELETE', path: '/v1/invitations/{id}' },
  createClient: { method: 'POST', path: '/v1/clients', body: true, idempotent: true },
  listClients: { method: 'GET', path: '/v1/clients' },
  getClient: { method: 'GET', path: '/v1/clients/{id}' },
  changeClient: { method: 'PUT', path: '/v1/clients/{id}', body: true },
  rotateClientSecret: { method: 'POST', path: '/v1/clients/{id}/rotate-secret', body: true, idempotent: true },
  createCarrier: { method: 'POST', path: '/v1/carriers', body: true, idempotent: true },
  listCarriers: { method: 'GET', path: '/v1/carriers' },
  getCarrier: { method: 'GET', path: '/v1/carriers/{id}' },
  getPolicy: { method: 'GET', path: '/v1/policy' },
  putPolicy: { method: 'PUT', path: '/v1/policy', body: true },
  listAlerts: { method: 'GET', path: '/v1/security-alerts' },
  listSigningKeys: { method: 'GET', path: '/v1/signing-keys' },
  rotateSigningKeys: { method: 'POST', path: '/v1/signing-keys/rotate', body: true },
  revokeOperatorClient: { method: 'POST', path: '/v1/operator-client/revoke' },
  resealIdentity: { method: 'POST', path: '/v1/sealing-keys/identity/reseal', body: true },
  resealTracking: { method: 'POST', path: '/v1/sealing-keys/tracking/reseal', body: true },
  resealNotifications: { method: 'POST', path: '/v1/sealing-keys/notifications/reseal', body: true },
  listCarrierCustomers: { method: 'GET', path: '/v1/carrier/customers' },
  registerContainers: { method: 'POST', path: '/v1/containers', body: true, idempotent: true },
  listContainers: { method: 'GET', path: '/v1/containers' },
  getContainer: { method: 'GET', path: '/v1/containers/{number}' },
  deleteContainer: { method: 'DELETE', path: '/v1/containers/{number}' },
  untrackContainer: { method: 'POST', path: '/v1/containers/{number}/untrack' },
  archiveContainer: { method: 'POST', path: '/v1/containers/{number}/archive' },
  unarchiveContainer: { method: 'POST', path: '/v1/containers/{number}/unarchive' },
  listEvents: { method: 'GET', path: '/v1/containers/{number}/events' },
  listPositions: { method: 'GET', path: '/v1/containers/{number}/positions' },
  listJourneys: { method: 'GET', path: '/v1/containers/{number}/journeys' },
  listChanges: { method: 'GET', path: '/v1/containers/{number}/changes' },
  getJourney: { method: 'GET', path: '/v1/journeys/{id}' },
  listUnclaimed: { method: 'GET', path: '/v1/unclaimed' },
  claimNumber: { method: 'POST', path: '/v1/unclaimed/{number}/claim' },
  ignoreNumber: { method: 'POST', path: '/v1/unclaimed/{number}/ignore' },
  purgeNumber: { method: 'POST', path: '/v1/unclaimed/{number}/purge' },
  listDevices: { method: 'GET', path: '/v1/devices' },
  listPairings: { method: 'GET', path: '/v1/devices/{device}/pairings' },
  pairDevice: { method: 'POST', path: '/v1/devices/{device}/pair', body: true, idempotent: true },
  unpairDevice: { method: 'POST', path: '/v1/devices/{device}/unpair', body: true },
  listMilestones: { method: 'GET', path: '/v1/journeys/{id}/milestones' },
  getRoute: { method: 'GET', path: '/v1/containers/{number}/route' },
  listEtaHistory: { method: 'GET', path: '/v1/containers/{number}/eta-history' },
  etaAccuracy: { method: 'GET', path: '/v1/eta/accuracy' },
  listEtaModels: { method: 'GET', path: '/v1/eta/models' },
  activateEtaModel: { method: 'PUT', path: '/v1/eta/models/active', body: true },
  carrierReliability: { method: 'GET', path: '/v1/carriers/{id}/reliability' },
  seaRoute: { method: 'GET', path: '/v1/routes/sea' },
  createConnection: { method: 'POST', path: '/v1/connections', body: true, idempotent: true },
  listConnections: { method: 'GET', path: '/v1/connections' },
  getConnection: { method: 'GET', path: '/v1/connections/{id}' },
  rotateConnectionSecret: { method: 'POST', path: '/v1/connections/{id}/rotate-secret', body: true, idempotent: true },
  setConnectionOptions: { method: 'PUT', path: '/v1/connections/{id}/options', body: true },
  disableConnection: { method: 'POST', path: '/v1/connections/{id}/disable' },
  uploadFile: { method: 'POST', path: '/v1/connections/{id}/uploads', body: true },
  getReceipt: { method: 'GET', path: '/v1/receipts/{id}' },
  listQuarantine: { method: 'GET', path: '/v1/quarantine' },
  listDeadLetters: { method: 'GET', path: '/v1/dead-letters' },
  replayDeadLetter: { method: 'POST', path: '/v1/dead-letters/{id}/replay' },
  discardDeadLetter: { method: 'POST', path: '/v1/dead-letters/{id}/discard' },
  createTicket: { method: 'POST', path: '/v1/ws-tickets', body: true },
  createAllocation: { method: 'POST', path: '/v1/allocations', body: true, idempotent: true },
  listAllocations: { method: 'GET', path: '/v1/allocations' },
  getAllocation: { method: 'GET', path: '/v1/allocations/{id}' },
  changeAllocation: { method: 'PUT', path: '/v1/allocations/{id}', body: true },
  closeAllocation: { method: 'POST', path: '/v1/allocations/{id}/close' },
  reopenAllocation: { method: 'POST', path: '/v1/allocations/{id}/reopen' },
  withdrawAllocation: { method: 'POST', path: '/v1/allocations/{id}/withdraw' },
  createBooking: { method: 'POST', path: '/v1/bookings', body: true, idempotent: true },
  listBookings: { method: 'GET', path: '/v1/bookings' },
  getBooking: { method: 'GET', path: '/v1/bookings/{id}' },
  transitionBooking: { method: 'POST', path: '/v1/bookings/{id}/transitions', body: true },
  recordCarrierConfirmation: { method: 'POST', path: '/v1/bookings/{id}/carrier-confirmation', body: true },
  listShipments: { method: 'GET', path: '/v1/shipments' },
  getShipment: { method: 'GET', path: '/v1/shipments/{id}' },
  listCarrierBookings: { method: 'GET', path: '/v1/carrier/bookings' },
  getCarrierBooking: { method: 'GET', path: '/v1/carrier/customers/{tenantId}/bookings/{id}' },
  transitionCarrierBooking: {
    method: 'POST',
    path: '/v1/carrier/customers/{tenantId}/bookings/{id}/transitions',
    body: true,
  },
  getShipmentOverview: { method: 'GET', path: '/v1/shipments/{id}/overview' },
  createEndpoint: { method: 'POST', path: '/v1/webhook-endpoints', body: true, idempotent: true },
  listEndpoints: { method: 'GET', path: '/v1/webhook-endpoints' },
  getEndpoint: { method: 'GET', path: '/v1/webhook-endpoints/{id}' },
  updateEndpoint: { method: 'PATCH', path: '/v1/webhook-endpoints/{id}', body: true },
  deleteEndpoint: { method: 'DELETE', path: '/v1/webhook-endpoints/{id}' },
  rotateEndpointSecret: {
    method: 'POST',
    path: '/v1/webhook-endpoints/{id}/rotate-secret',
    body: true,
    idempotent: true,
  },
  listDeliveries: { method: 'GET', path: '/v1/webhook-endpoints/{id}/deliveries' },
  replayEvents: { method: 'POST', path: '/v1/webhook-endpoints/{id}/replay', body: true },
  testEndpoint: { method: 'POST', path: '/v1/webhook-endpoints/{id}/test' },
  replayDelivery: { method: 'POST', path: '/v1/webhook-deliveries/{id}/replay' },
  listAudit: { method: 'GET', path: '/v1/audit' },
  auditRange: { method: 'GET', path: '/v1/audit/range' },
  auditHead: { method: 'GET', path: '/v1/audit/head' },
};
