/** What alerts of containers are about. */
export const CONTAINER_ALERT_KINDS = ['late', 'stopped', 'temperature', 'door', 'shock'] as const;

/** The kind of a container's alert: late against its promise, a vessel that makes no progress, or a sensor's. */
export type ContainerAlertKind = (typeof CONTAINER_ALERT_KINDS)[number];
