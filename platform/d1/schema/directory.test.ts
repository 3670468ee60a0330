import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';

const migration = (name: string): string =>
  readFileSync(new URL(`../../../migrations/directory/${name}.sql`, import.meta.url), 'utf8');

it('the second migration keeps the people and the machines of the first', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('PRAGMA foreign_keys = ON');
  db.exec(migration('0001_control_plane'));
  db.exec(`INSERT INTO tenants VALUES ('ten_a', 'a', 'A', 'SHARD_0', 1);
    INSERT INTO users VALUES ('usr_a', 'ten_a', 'Ada@A.example', 'Ada', 'tenant_admin', '$argon2id$x', 'active', 2);
    INSERT INTO clients VALUES ('cli_a', 'ten_a', 'robot', 'viewer', '["containers:read"]', 'hash', 'disabled', 3);`);
  db.exec(migration('0002_identity'));
  expect(db.prepare('SELECT * FROM users').all()).toEqual([
    expect.objectContaining({ id: 'usr_a', password_hash: '$argon2id$x', pepper_id: '1', version: 1, created_at: 2 }),
  ]);
  expect(db.prepare('SELECT * FROM clients').all()).toEqual([
    expect.objectContaining({ id: 'cli_a', secret_hash: 'hash', jwks: null, status: 'disabled', version: 1 }),
  ]);
  // Names are still told apart without regard to case, and a client has a secret or keys, never both or none.
  const person = (email: string) =>
    `INSERT INTO users (id, tenant_id, email, name, role, password_hash, created_at) VALUES ('usr_b', 'car_x', '${email}', 'B', 'carrier_user', 'h', 4)`;
  expect(() => db.exec(person('ADA@a.example'))).toThrow(/UNIQUE/);
  db.exec(person('bob@line.example'));
  const client = (secret: string, jwks: string) =>
    `INSERT INTO clients (id, tenant_id, name, role, secret_hash, jwks, created_at) VALUES ('cli_b', 'ten_a', 'b', 'viewer', ${secret}, ${jwks}, 5)`;
  expect(() => db.exec(client('NULL', 'NULL'))).toThrow(/client_proof/);
  expect(() => db.exec(client("'h'", "'[]'"))).toThrow(/client_proof/);
  db.exec(client('NULL', "'[]'"));
});

it('the third migration keeps people and links, and lets an address be an account in each organisation', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('PRAGMA foreign_keys = ON');
  db.exec(migration('0001_control_plane'));
  db.exec(migration('0002_identity'));
  const person = (id: string, tenant: string, email: string) =>
    `INSERT INTO users (id, tenant_id, email, name, role, password_hash, pepper_id, security_version, created_at)
     VALUES ('${id}', '${tenant}', '${email}', 'N', 'viewer', 'h', '2', 4, 5)`;
  db.exec(person('usr_a', 'ten_a', 'ada@x.example'));
  db.exec("INSERT INTO password_resets VALUES ('usr_a', 'usr_b', 'hash', 9)");
  db.exec(migration('0003_trust'));
  expect(db.prepare('SELECT * FROM users').all()).toMatchObject([{ id: 'usr_a', pepper_id: '2', security_version: 4 }]);
  expect(db.prepare('SELECT * FROM password_resets').all()).toMatchObject([{ user_id: 'usr_a', token_hash: 'hash' }]);
  db.exec(person('usr_c', 'ten_c', 'ADA@x.example'));
  expect(() => db.exec(person('usr_d', 'ten_c', 'ada@X.example'))).toThrow(/UNIQUE/);
  expect(db.prepare("SELECT count(*) AS n FROM users WHERE email = 'Ada@x.example'").get()).toEqual({ n: 2 });
});
