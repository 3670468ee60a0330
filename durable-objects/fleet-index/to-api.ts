import type { FleetLine } from '../../contracts/tracking/containers.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import { toInstantOrNull } from '../../platform/instants.ts';

/** A container's line as the API has it. */
export function lineToApi(summary: FleetSummary): FleetLine {
  return {
    ...summary,
    // Lines of the release before have none.
    booking: summary.booking ?? null,
    asOf: toInstantOrNull(summary.asOf),
    etaP10: toInstantOrNull(summary.etaP10),
    etaP50: toInstantOrNull(summary.etaP50),
    etaP90: toInstantOrNull(summary.etaP90),
  };
}
