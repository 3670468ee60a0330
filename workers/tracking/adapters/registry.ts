import type { Connection } from '../../../contracts/tracking/connections.ts';
import type { Adapter } from './adapter.ts';
import { dcsa3 } from './dcsa-3.ts';
import { dcsa } from './dcsa.ts';
import { positions } from './positions.ts';
import { milestonesTable, positionsTable } from './table.ts';

/** Every carrier format with its adapter: adding one is a file and a line here. */
export const ADAPTERS: Record<Connection['format'], Adapter> = {
  dcsa,
  dcsa3_draft: dcsa3,
  positions,
  milestones_table: milestonesTable,
  positions_table: positionsTable,
};
