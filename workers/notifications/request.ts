import type { Handled } from '../../contracts/kit/serve.ts';
import type { notifications } from '../../contracts/notifications/index.ts';
import type { Env } from './env.ts';

/** What the handler of an operation gets. */
export type For<Name extends keyof typeof notifications> = Handled<(typeof notifications)[Name], Env>;
