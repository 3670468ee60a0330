export { CarrierInbox } from '../../durable-objects/carrier-inbox/carrier-inbox.ts';
export { ContainerTracker } from '../../durable-objects/container-tracker/container-tracker.ts';
export { EtaCommons } from '../../durable-objects/eta-commons/eta-commons.ts';
export { EtaLedger } from '../../durable-objects/eta-ledger/eta-ledger.ts';
export { FleetIndex } from '../../durable-objects/fleet-index/fleet-index.ts';
export { LiveAccess } from '../../durable-objects/live-access/live-access.ts';
export { TrackingService as default } from './service.ts';
