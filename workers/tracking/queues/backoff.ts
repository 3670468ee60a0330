/** Retries spread over some minutes: an outage of seconds must not end in the dead-letter queue. */
export function backoff(handle: Message): { delaySeconds: number } {
  return { delaySeconds: Math.min(300, 2 ** handle.attempts) };
}
