/** Hands events to their tenants' delivery logs; a dead letter comes round again hourly. */
import { type Notification, notificationSchema } from '../../../contracts/notifications/events.ts';
import { deliveryLog } from '../../../durable-objects/delivery-log/stub.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';

/** Handles a batch of the notifications queue: what one tenant's log cannot take is retried alone. */
export async function consumeNotifications(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('notifications', env.LOG_LEVEL);
  const byTenant = new Map<string, { handles: Message[]; notifications: Notification[] }>();
  for (const handle of batch.messages) {
    const parsed = notificationSchema.safeParse(handle.body);
    if (!parsed.success) {
      // A newer producer may know more types: the dead-letter queue keeps it until this side does too.
      log('error', 'notification.unreadable', { messageId: handle.id, error: parsed.error.issues[0]?.message });
      handle.retry();
      continue;
    }
    const group = byTenant.get(parsed.data.tenantId) ?? { handles: [], notifications: [] };
    byTenant.set(parsed.data.tenantId, group);
    group.handles.push(handle);
    group.notifications.push(parsed.data);
  }
  for (const [tenantId, { handles, notifications }] of byTenant) {
    try {
      await deliveryLog(env, tenantId).enqueue(notifications);
      for (const handle of handles) handle.ack();
    } catch (error) {
      log('warn', 'notification.enqueue_failed', { tenantId, error: errorText(error) });
      for (const handle of handles) handle.retry();
    }
  }
}
