import type { Handled } from '../../contracts/kit/serve.ts';
import type { procurement } from '../../contracts/procurement/index.ts';
import type { Env } from './env.ts';

/** What the handler of an operation gets. */
export type For<Name extends keyof typeof procurement> = Handled<(typeof procurement)[Name], Env>;
