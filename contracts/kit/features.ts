/** Parts of the product that a tenant may have or not; an operator switches them on and off. */
export const FEATURES = ['live', 'outbound_webhooks', 'sea_routes'] as const;

/** The name of a feature. */
export type Feature = (typeof FEATURES)[number];
