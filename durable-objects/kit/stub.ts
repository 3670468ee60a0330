/** Stubs typed by their class: what an object answers over RPC is what its class declares. */

/** Methods of the runtime, which are no RPC. */
type Lifecycle = 'fetch' | 'alarm' | 'webSocketMessage' | 'webSocketClose' | 'webSocketError';

/** A stub of an object; `fetch` is for WebSocket upgrades. */
export type Stub<T> = Omit<T, Lifecycle> & Pick<Fetcher, 'fetch'>;

/** The stub of the object of a name. */
export function stubOf<T>(namespace: DurableObjectNamespace, name: string): Stub<T> {
  // The runtime's own stub type turns every interface of an answer into `never`: it cannot see that it is plain data.
  return namespace.get(namespace.idFromName(name)) as unknown as Stub<T>;
}
