import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { createTenant, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { joinTenant } from '../support/people.ts';

let platform: Platform;
let tenant: TestTenant;

test.beforeAll(async () => {
  platform = await startPlatform({ forBrowser: true });
  tenant = await createTenant(platform, 'acme');
});
test.afterAll(() => platform?.close());

const TOKEN = '**/oauth/token';
const MINUTES = 60_000;

let people = 0;

/** Signs a newcomer in. */
async function signIn(page: Page): Promise<void> {
  const email = `person${++people}@acme.example`;
  const { password } = await joinTenant(platform, tenant, email);
  await page.goto(platform.origin);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isIn(page);
}

const isIn = (page: Page) => expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible({ timeout: 15_000 });
const isOut = (page: Page) => expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 15_000 });

/** How many sessions the person has. */
async function sessions(page: Page): Promise<number> {
  await page.goto(`${platform.origin}/account`);
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible();
  const listed = page.locator('section.card', { hasText: 'Where you are signed in' }).getByRole('listitem');
  // The list comes after its heading; whoever looks is signed in, so it has one entry at least.
  await expect(listed.first()).toBeVisible();
  return listed.count();
}

/** Another tab of the same browser, whose clock the test can move. */
async function tab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.clock.install();
  return page;
}

test('a new tab and a duplicated one share the session, and no script sees its token', async ({ page, context }) => {
  await signIn(page);
  const another = await context.newPage();
  await another.goto(`${platform.origin}/bookings`);
  await isIn(another);
  // What a browser copies into a duplicated tab.
  const copied = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  const duplicate = await context.newPage();
  await duplicate.addInitScript((items) => {
    for (const [name, value] of Object.entries(JSON.parse(items) as Record<string, string>)) {
      sessionStorage.setItem(name, value);
    }
  }, copied);
  await duplicate.goto(page.url());
  await isIn(duplicate);
  for (const each of [page, another, duplicate]) {
    await each.reload();
    await isIn(each);
  }
  const seen = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(seen).not.toContain('ten_');
  const [cookie] = (await context.cookies(`${platform.origin}/oauth/token`)).filter(({ value }) => value);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/oauth' });
  expect(await sessions(another)).toBe(1);
});

test('tabs that wake together after a sleep renew the one session', async ({ page, context }) => {
  await signIn(page);
  const tabs = [await tab(context), await tab(context), await tab(context)];
  for (const each of tabs) {
    await each.goto(`${platform.origin}/bookings`);
    await isIn(each);
  }
  // Their access tokens have run out, and all of them ask at once.
  await Promise.all(tabs.map((each) => each.clock.fastForward(30 * MINUTES)));
  await Promise.all(tabs.map((each) => each.getByRole('link', { name: 'Containers' }).click()));
  for (const each of tabs) {
    await expect(each.getByRole('heading', { name: 'Containers' })).toBeVisible();
    await isIn(each);
  }
  expect(await sessions(page)).toBe(1);
});

test('a renewal whose answer is lost is asked again, and an older token ends the session', async ({
  page,
  context,
}) => {
  await signIn(page);
  const sleeper = await tab(context);
  await sleeper.goto(`${platform.origin}/bookings`);
  await isIn(sleeper);
  // The clock is that of both tabs: the other one would wake too, and renew in between.
  await page.goto('about:blank');
  const before = await context.cookies();
  let lost = 0;
  await sleeper.route(TOKEN, async (route) => {
    if (lost++ > 0) return route.continue();
    // The platform has answered; the browser hears nothing of it, its cookie included.
    await route.fetch();
    await context.addCookies(before);
    await route.abort('connectionreset');
  });
  const renewed = sleeper.waitForResponse((answer) => answer.url().endsWith('/oauth/token') && answer.ok());
  await sleeper.clock.fastForward(30 * MINUTES);
  await sleeper.getByRole('link', { name: 'Containers' }).click();
  // The page asks again some seconds after it has failed, however long that took.
  const containers = sleeper.getByRole('heading', { name: 'Containers' });
  const shown = async (): Promise<boolean> => {
    await sleeper.clock.fastForward(1_000);
    return containers.isVisible();
  };
  await expect.poll(shown, { timeout: 20_000 }).toBe(true);
  await isIn(sleeper);
  await renewed;
  expect(lost).toBeGreaterThan(1);
  await sleeper.unroute(TOKEN);

  // Somebody presents the token of two renewals ago: the whole session ends.
  await sleeper.reload();
  await isIn(sleeper);
  await context.addCookies(before);
  await sleeper.reload();
  await isOut(sleeper);
  await page.goto(platform.origin);
  await isOut(page);
});

test('signing out ends the session in every tab, and the next person’s replaces it', async ({ page, context }) => {
  await signIn(page);
  const another = await context.newPage();
  await another.goto(`${platform.origin}/bookings`);
  await isIn(another);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await isOut(page);
  await isOut(another);
  expect((await context.cookies(`${platform.origin}/oauth/token`)).filter(({ value }) => value)).toEqual([]);
});
