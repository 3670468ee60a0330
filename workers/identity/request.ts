import type { identity } from '../../contracts/identity/index.ts';
import type { Handled } from '../../contracts/kit/serve.ts';
import type { Env } from './env.ts';

/** What the handler of an operation gets. */
export type For<Name extends keyof typeof identity> = Handled<(typeof identity)[Name], Env>;
