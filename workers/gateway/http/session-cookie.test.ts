import { expect, it } from 'vitest';
import { sessionCookieOf, setSessionCookie } from './session-cookie.ts';

const PLATFORM = 'https://fairlead.example';

it('keeps the token from scripts, other sites and every path but OAuth’s', () => {
  expect(setSessionCookie(PLATFORM, 'ten_a.x.1.y')).toBe(
    '__Secure-fairlead-session=ten_a.x.1.y; Path=/oauth; Max-Age=43200; HttpOnly; SameSite=Strict; Secure',
  );
  expect(setSessionCookie('http://localhost:8787', null)).toBe(
    'fairlead-session=; Path=/oauth; Max-Age=0; HttpOnly; SameSite=Strict',
  );
});

it('is found among other cookies by its whole name', () => {
  const of = (cookie: string) => sessionCookieOf(new Headers({ cookie }), PLATFORM);
  expect(of('a=b; __Secure-fairlead-session=t.1; c=d')).toBe('t.1');
  expect(of('x__Secure-fairlead-session=t.1')).toBeNull();
  expect(of('fairlead-session=t.1')).toBeNull();
  expect(of('__Secure-fairlead-session=')).toBeNull();
  expect(sessionCookieOf(new Headers(), PLATFORM)).toBeNull();
});
