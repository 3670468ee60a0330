/** Which events an endpoint wants. */

/** A lane that is asked for; null stands for any port. */
export interface WantedLane {
  origin: string | null;
  destination: string | null;
}

/** What an endpoint wants; an empty list wants all. */
export interface EventFilter {
  types: readonly string[];
  carrierIds: readonly string[];
  lanes: readonly WantedLane[];
}

/** What an event is about, as far as filters ask; what is not known of it is null or absent. */
export interface EventSubject {
  type: string;
  data: { carrierId?: unknown; origin?: unknown; destination?: unknown };
}

/** Whether an endpoint wants an event. An event of which the carrier or a port is not known matches no filter that names one. */
export function wants({ types, carrierIds, lanes }: EventFilter, { type, data }: EventSubject): boolean {
  const has = (list: readonly string[], value: unknown): boolean => typeof value === 'string' && list.includes(value);
  if (types.length > 0 && !types.includes(type)) return false;
  if (carrierIds.length > 0 && !has(carrierIds, data.carrierId)) return false;
  return lanes.length === 0 || lanes.some((lane) => isOn(lane, data));
}

function isOn({ origin, destination }: WantedLane, data: EventSubject['data']): boolean {
  return (origin === null || origin === data.origin) && (destination === null || destination === data.destination);
}
