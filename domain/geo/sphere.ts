/** A point on the WGS 84 sphere, degrees; longitude in [-180, 180). */
export interface Point {
  lat: number;
  lon: number;
}

/** Mean Earth radius (IUGG R1 = 6,371.0088 km) in international nautical miles of 1,852 m. */
const EARTH_RADIUS_NM = 6371.0088 / 1.852;

const RAD = Math.PI / 180;

/** Folds any longitude into [-180, 180). */
export function wrapLongitude(lon: number): number {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** Great-circle distance in nautical miles (haversine; exact at short range, unlike the cosine rule). */
export function distanceNm(a: Point, b: Point): number {
  const dLat = (b.lat - a.lat) * RAD;
  const dLon = (b.lon - a.lon) * RAD;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_NM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Initial great-circle bearing from a to b, degrees clockwise from north in [0, 360). */
export function bearingDeg(a: Point, b: Point): number {
  const dLon = (b.lon - a.lon) * RAD;
  const y = Math.sin(dLon) * Math.cos(b.lat * RAD);
  const x =
    Math.cos(a.lat * RAD) * Math.sin(b.lat * RAD) - Math.sin(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.cos(dLon);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/** The point a fraction (0..1) along the segment, interpolated on the shorter way round. */
export function interpolate(a: Point, b: Point, fraction: number): Point {
  const dLon = wrapLongitude(b.lon - a.lon);
  return {
    lat: a.lat + (b.lat - a.lat) * fraction,
    lon: wrapLongitude(a.lon + dLon * fraction),
  };
}
