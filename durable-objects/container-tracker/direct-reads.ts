/**
 * The reads of tracking that one object answers with text. The gateway asks the object itself, by these: the service would
 * only pass on the question and the answer. The checks before them are those of the service.
 */
import { JsonText } from '../../contracts/kit/json-text.ts';
import { notFound, ok } from '../../contracts/kit/result.ts';
import { type Serve, serve, type TextHandlers } from '../../contracts/kit/serve.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { trackedContainer } from './tracked.ts';

/** The objects that are asked. */
export interface DirectEnv {
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
}

const { getContainer, listContainers } = tracking;
const operations = { getContainer, listContainers };

const handlers: TextHandlers<typeof operations, DirectEnv> = {
  async getContainer({ env, scope, input: { number, asOf } }) {
    const tracker = await trackedContainer(env, scope, number);
    const text = await tracker?.viewText(asOf === undefined ? undefined : Date.parse(asOf));
    return text ? ok(new JsonText(text)) : notFound('container');
  },

  async listContainers({ env, scope, input }) {
    return ok(new JsonText(await fleetIndex(env, scope.tenantId).list(input)));
  },
};

/** Answers the reads in `operations`. */
export const serveDirect: Serve<DirectEnv> = serve(operations, handlers);

/** Whether an operation is one of these reads. */
export const isDirect = (service: string, name: string): boolean => service === 'tracking' && name in operations;
