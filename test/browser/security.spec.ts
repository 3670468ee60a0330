import { expect, type Page, test } from '@playwright/test';
import { TOTP } from 'otpauth';
import { createTenant, operatorOf, spaceOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { person } from '../support/people.ts';
import { shardOf } from '../support/shards.ts';

let platform: Platform;
let tenant: TestTenant;

test.beforeAll(async () => {
  platform = await startPlatform({ forBrowser: true });
  tenant = await createTenant(platform, 'acme');
});
test.afterAll(() => platform?.close());

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto(platform.origin);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a person is invited, chooses a password, and is signed out when disabled', async ({ page, browser }) => {
  await signIn(page, tenant.adminEmail, tenant.password);
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('E-mail').fill('nora@acme.example');
  await page.getByRole('dialog').getByRole('combobox').selectOption('operations');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByRole('dialog').locator('.secret').innerText();
  await page.getByRole('button', { name: 'Close' }).click();

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByText('nora@acme.example')).toBeVisible();
  await other.getByLabel('Your name').fill('Nora Newcomer');
  await other.getByLabel('Password').fill('quite a long password');
  await other.getByRole('button', { name: 'Create my account' }).click();
  await expect(other.getByText('You can now sign in as nora@acme.example')).toBeVisible();
  await signIn(other, 'nora@acme.example', 'quite a long password');
  await expect(other.getByRole('heading', { name: 'Fleet' })).toBeVisible();
  await expect(other.getByRole('link', { name: 'Team' })).toHaveCount(0);
  await other.goto(`${platform.origin}/team`);
  await expect(other.getByText('Team: not part of your role')).toBeVisible();
  await other.getByRole('link', { name: 'go back to where you can' }).click();
  await expect(other.getByText('Live', { exact: true })).toBeVisible();

  await page.reload();
  const card = page.locator('section.card', { hasText: 'Nora Newcomer' });
  await card.getByRole('button', { name: 'Disable' }).click();
  await expect(card.getByText('Disabled')).toBeVisible();
  // Her socket closes with the session; the console then finds that it must sign in again.
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible({ timeout: 30_000 });
});

test('a second factor is set up, asked for at the next sign-in, and a recovery code opens too', async ({ page }) => {
  await signIn(page, tenant.adminEmail, tenant.password);
  await page.getByRole('link', { name: /Admin/ }).click();
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible();
  await page.getByLabel('Password, to set it up').fill(tenant.password);
  await page.getByRole('button', { name: 'Set up a second factor' }).click();
  await expect(page.getByAltText('QR code of the secret below')).toBeVisible();
  const totp = new TOTP({
    secret: await page.locator('.secret').innerText(),
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  });
  await page.getByLabel('Code').fill(totp.generate());
  await page.getByRole('button', { name: 'Switch it on' }).click();
  const recovery = await page.locator('.codes li').first().innerText();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await signIn(page, tenant.adminEmail, 'not this one');
  await expect(page.getByRole('alert')).toContainText('wrong');
  await expect(page.getByLabel('E-mail')).toHaveValue(tenant.adminEmail);
  await expect(page.getByLabel('Password')).toBeFocused();

  await signIn(page, tenant.adminEmail, tenant.password);
  await expect(page.getByRole('heading', { name: 'Second step' })).toBeVisible();
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
  await page.getByLabel('Code').fill(recovery);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: /Admin/ }).click();
  await expect(page.getByText('On, with 9 recovery codes left.')).toBeVisible();
  await expect(page.getByText('with second factor')).toBeVisible();
  await page.getByLabel('Password, to remove it').fill(tenant.password);
  await page.getByRole('button', { name: 'Remove the second factor' }).click();
  await expect(page.getByRole('button', { name: 'Set up a second factor' })).toBeVisible();
});

test('a session ends from another one, and the password changes', async ({ page }) => {
  await person(platform, tenant.adminEmail, tenant.password);
  await signIn(page, tenant.adminEmail, tenant.password);
  await page.getByRole('link', { name: /Admin/ }).click();
  const others = page.locator('.lines').getByRole('button', { name: 'End' });
  await expect(others.first()).toBeVisible();
  const before = await others.count();
  await others.first().click();
  await expect(others).toHaveCount(before - 1);
  await page.getByLabel('Current password').fill('not this one');
  await page.getByLabel('New password').fill('a brand new password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByRole('alert')).toContainText('The password is wrong');
  await page.getByLabel('Current password').fill(tenant.password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText(/^Changed\./)).toBeVisible();
  tenant.password = 'a brand new password';
});

test('the policy is edited in words, and what would lock one out is refused', async ({ page }) => {
  await signIn(page, tenant.adminEmail, tenant.password);
  await page.getByRole('link', { name: 'Security' }).click();
  await expect(page.getByText('No alerts')).toBeVisible();
  await page.getByLabel('Allowed addresses').fill('198.51.100.0/24');
  await page.getByRole('button', { name: 'Save the policy' }).click();
  await expect(page.getByRole('alert')).toContainText('would be refused from now on');
  await page.getByLabel('Allowed addresses').fill('');
  await page.getByLabel('Blocked addresses').fill('192.0.2.0/24\n2001:db8::/32');
  await page.getByRole('button', { name: 'Save the policy' }).click();
  await expect(page.getByText('Saved; in force within a second.')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Blocked addresses')).toHaveValue('192.0.2.0/24\n2001:db8::/32');
});

test('a carrier’s person sees the bookings addressed to the carrier and confirms one', async ({ page }) => {
  const operator = operatorOf(platform);
  const space = await tenant.admin.must(
    'POST',
    '/v1/allocations',
    spaceOf(tenant.carrierId, 10, { confirmation: 'carrier' }),
  );
  await tenant.admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 3, reference: 'PO-77' });
  const email = 'desk@line.example';
  const invitation = { email, role: 'carrier_user', carrierId: tenant.carrierId };
  const { url } = await operator.must('POST', '/v1/invitations', invitation);
  await page.goto(url);
  await page.getByLabel('Your name').fill('Dina Desk');
  await page.getByLabel('Password').fill('quite a long password');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await expect(page.getByText('You can now sign in')).toBeVisible();
  await signIn(page, email, 'quite a long password');
  await expect(page.getByText('3 units for acme')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Map' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('Confirmed', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Confirm' })).toHaveCount(0);
  await expect(page.getByText('Confirmed by the carrier')).toBeVisible();

  const other = await createTenant(platform, 'bravo');
  await other.admin.must('POST', '/v1/carriers', { scac: 'ACME', name: 'Carrier of acme' });
  const db = await shardOf(platform, other.shard);
  expect(other.shard).not.toBe(tenant.shard);
  await db.prepare('ALTER TABLE bookings RENAME TO away').run();
  await page.reload();
  await expect(page.getByText('3 units for acme')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('The bookings of bravo cannot be read now');
  await db.prepare('ALTER TABLE away RENAME TO bookings').run();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});
