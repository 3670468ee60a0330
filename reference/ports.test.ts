import { describe, expect, it } from 'vitest';
import { distanceNm } from '../domain/geo/sphere.ts';
import { kmToCoast, kmToCountry } from './build-geography.ts';
import { type PortRow, portsJson, readTable } from './build-ports.ts';
import tables from './data/ports.json' with { type: 'json' };
import { portAt, portOf, zoneOf } from './ports.ts';

const ports = tables.ports as PortRow[];
const aliases = Object.entries(tables.aliases);
const codes = ports.map(([code]) => code);

/**
 * Outside of what the map draws as their country: by whom a place is governed is disputed, the island is too small for the
 * map or has a country code of its own there, or a terminal stands in the open sea.
 */
const NOT_DRAWN = new Set(['UASVP', 'SOBBO', 'AUBOO', 'CNSHA', 'GPGUS', 'IDBNT']);

/** The hours that a zone is ahead of UTC in January. */
function hoursAhead(zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
    Date.parse('2026-01-15T12:00:00Z'),
  );
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(
    parts.find(({ type }) => type === 'timeZoneName')!.value,
  )!;
  return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60);
}

describe('a port of the table', () => {
  it('has a code of its own, and no alias has one', () => {
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^[A-Z]{2}[A-Z2-9]{3}$/.test(code))).toEqual([]);
    expect(aliases.filter(([alias]) => codes.includes(alias))).toEqual([]);
    expect(aliases.filter(([, code]) => !codes.includes(code))).toEqual([]);
  });

  it('has a zone that exists, and one that the sun agrees with', () => {
    const odd = ports.filter(([, , , lon, zone]) => {
      // Civil time follows the sun by some hours; summer in January adds one in the south.
      const apart = Math.abs(((hoursAhead(zone) - lon / 15 + 36) % 24) - 12);
      return apart > 3;
    });
    expect(odd.map(([code, , , lon, zone]) => `${code} ${lon} ${zone}`)).toEqual([]);
  });

  it('lies in its country', () => {
    const outside = ports.filter(([code, , lat, lon]) => {
      const km = kmToCountry({ lat, lon }, code.slice(0, 2));
      return !NOT_DRAWN.has(code) && (km === null || km > 25);
    });
    expect(outside.map(([code, name, lat, lon]) => `${code} ${name} ${lat} ${lon}`)).toEqual([]);
  });

  it('is near the coast where ships reach it by sea, and on a named river or lake where they do otherwise', () => {
    const inland = new Set(readTable('waterways').map(({ code }) => code));
    const dry = ports.filter(([code, , lat, lon, , water]) => {
      return (water === 1) !== (inland.has(code) || kmToCoast({ lat, lon }) <= 25);
    });
    expect(dry).toEqual([]);
    expect([...inland].filter((code) => !codes.includes(code!))).toEqual([]);
  }, 60_000);

  it('is found by each code that carriers write for it', () => {
    for (const [codesOf, name] of [
      [['CNSHA', 'CNSHG', 'CNSGH'], 'Shanghai (Yangshan)'],
      [['CNTAO', 'CNQIN'], 'Qingdao'],
      [['VNCMT', 'VNCMP'], 'Cai Mep'],
    ] as const) {
      expect(codesOf.map((code) => portOf(code)?.name)).toEqual(codesOf.map(() => name));
    }
    expect([portOf('XXXXX'), portOf(''), portOf(null), portOf('constructor')]).toEqual(Array(4).fill(undefined));
  });

  it('is there for the ports that carriers name', () => {
    const named =
      'MXLZC VNCMP TWTPE USEZA KHSIH QAHMD CNDCB CNSKU CMKBI USPEV DJDCT EGSCN EGPSE NGLKK NALUW THBKK USOAK TRAMB ARRIC';
    expect(named.split(' ').filter((code) => portOf(code) === undefined)).toEqual([]);
    expect(['THBKK', 'USOAK', 'TRAMB', 'BRMAO'].map((code) => portOf(code)!.zone)).toEqual([
      'Asia/Bangkok',
      'America/Los_Angeles',
      'Europe/Istanbul',
      'America/Manaus',
    ]);
  });
});

describe('a place by its coordinates', () => {
  it('is the port whose terminal lies there, and no port in the open sea or far inland', () => {
    for (const { code, latitude, longitude, terminal } of readTable('terminals')) {
      const at = { lat: Number(latitude), lon: Number(longitude) };
      expect(`${terminal}: ${portAt(at)?.code}`).toBe(`${terminal}: ${code}`);
      expect(distanceNm(at, portOf(code)!)).toBeLessThan(60);
    }
    expect(portAt({ lat: 30.9, lon: 121.9 })).toBeUndefined();
    expect(portAt({ lat: 0, lon: -30 })).toBeUndefined();
  });

  it('has the zone of its code, else of its coordinates, else none', () => {
    expect(zoneOf({ unLocationCode: 'DEMUC' })).toBe('Europe/Berlin');
    expect(zoneOf({ unLocationCode: 'XXABC', lat: -23.5, lon: -46.6 })).toBe('America/Sao_Paulo');
    expect([zoneOf({ unLocationCode: 'XXABC' }), zoneOf(undefined)]).toEqual([null, null]);
  });
});

describe('the corrections', () => {
  it('each say why, and are places on the globe', () => {
    for (const name of ['corrections', 'aliases', 'zones']) {
      expect(readTable(name).filter(({ why }) => !why)).toEqual([]);
    }
    const bad = readTable('corrections').filter(
      ({ latitude, longitude }) => !(Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180),
    );
    expect(bad).toEqual([]);
  });

  it('are written one port a line', () => {
    const tables = { ports: ports.slice(0, 2), aliases: { A: 'B' }, terminals: [] };
    const text = portsJson(tables);
    expect(text.split('\n')).toHaveLength(7);
    expect(JSON.parse(text)).toEqual(tables);
  });
});
