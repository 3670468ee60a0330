/** Keyed writes of Durable Objects: the answer is stored in the transaction of its effect. */

/** A keyed request with its answer, should it be the first of its key. */
export interface KeyedRecord<T> {
  operation: string;
  key: string;
  /** Tells a repeated request from another one under the same key. */
  requestHash: string;
  answer: T;
}

/** The stored answer of a key, or that the key belongs to another request. */
export type Recorded<T> = { answer: T; replayed: boolean } | 'mismatch';
