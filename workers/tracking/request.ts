import type { Handled } from '../../contracts/kit/serve.ts';
import type { tracking } from '../../contracts/tracking/index.ts';
import type { Env } from './env.ts';

/** What the handler of an operation gets. */
export type For<Name extends keyof typeof tracking> = Handled<(typeof tracking)[Name], Env>;
