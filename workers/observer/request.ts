import type { Handled } from '../../contracts/kit/serve.ts';
import type { observer } from '../../contracts/operations/index.ts';
import type { Env } from './env.ts';

/** What the handler of an operation gets. */
export type For<Name extends keyof typeof observer> = Handled<(typeof observer)[Name], Env>;
