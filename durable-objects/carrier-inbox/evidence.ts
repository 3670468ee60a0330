/** When a message that nobody has confirmed is taken to be lost, and sent again. */
import { INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';

/** What is known of the way that messages take. */
export interface Evidence {
  now: number;
  /** Messages that the queue still has; null when it does not tell. */
  backlog: number | null;
  /** When the newest of the messages was sent that have been confirmed; 0 when none has since the object woke. */
  confirmedSentAt: number;
}

/** After so long without any evidence a message is sent again all the same. */
const SILENCE_MS = 600_000;

/**
 * Whether a message is lost. A clock alone would say so of everything that waits in a long queue, and send a backlog twice: it is
 * lost when the queue is empty and yet nobody has confirmed it, or when what was sent a good while later has been confirmed.
 * Each send waits twice as long for evidence as the one before.
 */
export function isLost(
  { sentAt, sends }: { sentAt: number; sends: number },
  { now, backlog, confirmedSentAt }: Evidence,
): boolean {
  const growth = 2 ** (sends - 1);
  const waited = now - sentAt;
  if (waited < INBOX_RESEND_AFTER_MS * growth) return false;
  const isOvertaken = confirmedSentAt - sentAt >= INBOX_RESEND_AFTER_MS * growth;
  return backlog === 0 || isOvertaken || waited >= SILENCE_MS * growth;
}

/** How long a share that its container could not take waits for the next try: from seconds to some minutes. */
export const failureWaitMs = (failures: number): number => Math.min(300_000, 2_000 * 2 ** failures);
