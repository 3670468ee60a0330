import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';

const migration = (name: string): string =>
  readFileSync(new URL(`../../../migrations/tenant/${name}.sql`, import.meta.url), 'utf8');

it('the third migration says of earlier bookings who confirmed them, as far as is known', () => {
  const db = new DatabaseSync(':memory:');
  for (const name of ['0001_procurement', '0002_carriers']) db.exec(migration(name));
  const space = (id: string, confirmation: string) =>
    db.exec(`INSERT INTO allocations (id, tenant_id, carrier_id, origin, destination, period, unit, capacity, booked,
       departure_at, arrival_at, confirmation, created_at)
     VALUES ('${id}', 'ten_a', 'car_a', 'CNSHA', 'NLRTM', 'w', 'container', 9, 4, 100, 200, '${confirmation}', 1)`);
  const booking = (id: string, allocation: string, state: string, shipment: string | null) =>
    db
      .prepare(
        `INSERT INTO bookings (id, tenant_id, allocation_id, carrier_id, origin, destination, quantity, containers,
           state, shipment_id, created_by, created_at, updated_at)
         VALUES (?, 'ten_a', ?, 'car_a', 'CNSHA', 'NLRTM', 1, '[]', ?, ?, 'usr_a', 10, 50)`,
      )
      .run(id, allocation, state, shipment);
  space('all_instant', 'instant');
  space('all_asked', 'carrier');
  booking('bkg_contract', 'all_instant', 'shipped', 'shp_1');
  booking('bkg_cancelled', 'all_instant', 'cancelled', 'shp_2');
  booking('bkg_confirmed', 'all_asked', 'confirmed', 'shp_3');
  booking('bkg_no_trail', 'all_asked', 'completed', 'shp_4');
  booking('bkg_waits', 'all_asked', 'requested', null);
  booking('bkg_declined', 'all_asked', 'cancelled', null);
  db.exec(`INSERT INTO audit_log (tenant_id, object_id, at, subject, action, detail, correlation_id)
    VALUES ('ten_a', 'bkg_confirmed', 30, 'usr_b', 'booking.confirmed', '', 'c'),
      ('ten_b', 'bkg_no_trail', 31, 'usr_c', 'booking.confirmed', '', 'c')`);

  db.exec(migration('0003_changes_and_confirmations'));

  const rows = db.prepare('SELECT id, confirmed_by AS c FROM bookings').all() as { id: string; c: string | null }[];
  const none = { means: null, spokeWith: null };
  expect(Object.fromEntries(rows.map(({ id, c }) => [id, c && JSON.parse(c)]))).toEqual({
    bkg_contract: { how: 'contract', subject: null, at: 10, ...none },
    bkg_cancelled: { how: 'contract', subject: null, at: 10, ...none },
    bkg_confirmed: { how: 'unattributed', subject: 'usr_b', at: 30, ...none },
    bkg_no_trail: { how: 'unattributed', subject: null, at: 50, ...none },
    bkg_waits: null,
    bkg_declined: null,
  });
  // The release before goes on writing while the next is rolled out.
  space('all_later', 'instant');
  booking('bkg_later', 'all_later', 'confirmed', 'shp_9');
  expect(db.prepare("SELECT status, revision, booked FROM allocations WHERE id = 'all_later'").get()).toEqual({
    status: 'open',
    revision: 1,
    booked: 4,
  });
});
