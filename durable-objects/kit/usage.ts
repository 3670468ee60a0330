/** Billable work an object has done since it woke. */
export interface ObjectUsage {
  requests: number;
  rowsWritten: number;
  /** Queue operations caused: a write, a read and a delete for each 64 KB of a message. */
  queueOperations: number;
}
