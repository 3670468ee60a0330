/** Journeys of containers, now and as they were known at an instant. */
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { ApiChange, ApiJourney, ApiMilestone } from '../../../contracts/tracking/journeys.ts';
import { containerOfJourney } from '../../../domain/journey/truth.ts';
import type { For } from '../request.ts';
import { instantOf } from './containers.ts';
import { trackedContainer } from '../../../durable-objects/container-tracker/tracked.ts';

/** The journeys of a container, newest first. */
export async function listJourneys({
  env,
  scope,
  input: { number, asOf, ...paging },
}: For<'listJourneys'>): Promise<Answer<Page<ApiJourney>>> {
  const tracker = await trackedContainer(env, scope, number);
  const page = await tracker?.journeys({ ...paging, asOf: instantOf(asOf) });
  return page ? ok(page) : notFound('container');
}

/** One journey. */
export async function getJourney({ env, scope, input }: For<'getJourney'>): Promise<Answer<ApiJourney>> {
  const number = containerOfJourney(input.id);
  const tracker = number === null ? null : await trackedContainer(env, scope, number);
  const journey = await tracker?.journey(input.id, instantOf(input.asOf));
  return journey ? ok(journey) : notFound('journey');
}

/** The milestones of a journey with the word of each source. */
export async function listMilestones({
  env,
  scope,
  input: { id, asOf, ...paging },
}: For<'listMilestones'>): Promise<Answer<Page<ApiMilestone>>> {
  const number = containerOfJourney(id);
  const tracker = number === null ? null : await trackedContainer(env, scope, number);
  const page = await tracker?.milestones(id, { ...paging, asOf: instantOf(asOf) });
  return page ? ok(page) : notFound('journey');
}

/** What has changed of a container's milestones since an instant. */
export async function listChanges({
  env,
  scope,
  input: { number, since, asOf, ...paging },
}: For<'listChanges'>): Promise<Answer<Page<ApiChange>>> {
  const query = { ...paging, asOf: instantOf(asOf) };
  const tracker = await trackedContainer(env, scope, number);
  const page = await tracker?.changes(Date.parse(since), query);
  return page ? ok(page) : notFound('container');
}
