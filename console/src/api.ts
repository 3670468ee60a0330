/** The platform's API as the signed-in user: every operation by its name. */
import {
  type CallOptions,
  FairleadClient,
  type InputOf,
  type ListName,
  type OperationName,
  type OutputOf,
} from '../../clients/typescript/src/index.ts';
import { accessToken, dropAccess, goToSignIn } from './auth.ts';

export { ApiError } from '../../clients/typescript/src/index.ts';

/** Without a session the browser goes to the sign-in page; what was asked is never answered. */
async function tokenOfUser(refused?: string): Promise<string> {
  if (refused !== undefined) dropAccess(refused);
  const token = await accessToken();
  if (token !== null) return token;
  await goToSignIn();
  return new Promise(() => {});
}

/** The client of this page. */
export const client = new FairleadClient({ origin: location.origin, auth: tokenOfUser });

/** Asks for an operation. */
export const api = <Name extends OperationName>(
  name: Name,
  input: InputOf<Name>,
  options?: CallOptions,
): Promise<OutputOf<Name>> => client.call(name, input, options);

/** A page of a list, from the cursor of the page before. */
export const page = <Name extends ListName>(
  name: Name,
  input: Omit<InputOf<Name>, 'cursor'>,
  cursor: string,
): Promise<OutputOf<Name>> => client.call(name, cursor ? { ...input, cursor } : input);
