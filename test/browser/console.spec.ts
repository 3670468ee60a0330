import { expect, type Page, test } from '@playwright/test';
import { checkDigit } from '../../domain/identifiers/iso6346.ts';
import { postSigned } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, spaceOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { fillLedger } from '../support/ledger.ts';

let platform: Platform;
let tenant: TestTenant;
let connection: { id: string; scheme: string; secret: string };
const NUMBER = 'CSQU3054383';

const numberOf = (i: number): string => {
  const ten = `TSTU${String(i).padStart(6, '0')}`;
  return ten + checkDigit(ten);
};

async function post(container: string, minute: number, latitude: number): Promise<void> {
  const time = new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString();
  const body = JSON.stringify({ container, time, latitude, longitude: 110, speed: 15, course: 200, temperature: -18 });
  const answer = await postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });
  expect(answer.status).toBe(202);
}

test.beforeAll(async () => {
  platform = await startPlatform({ forBrowser: true });
  tenant = await createTenant(platform, 'acme');
  connection = await tenant.admin.must('POST', '/v1/connections', {
    name: 'P',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
  await tenant.admin.must('POST', '/v1/containers', {
    containers: [NUMBER, ...Array.from({ length: 3 }, (_, i) => numberOf(i))].map((number) => ({
      number,
      origin: 'CNSHA',
      destination: 'NLRTM',
      reference: `PO-${number.slice(-3)}`,
    })),
  });
  await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 2));
  await post(NUMBER, 0, 20);
  await post(NUMBER, 1, 19.9);
});
test.afterAll(() => platform?.close());

async function signIn(page: Page): Promise<void> {
  await page.goto(platform.origin);
  await page.getByLabel('E-mail').fill(tenant.adminEmail);
  await page.getByLabel('Password').fill(tenant.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible();
}

test('refuses a wrong password in words', async ({ page }) => {
  await page.goto(platform.origin);
  await page.getByLabel('E-mail').fill(tenant.adminEmail);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
});

test('shows the fleet on a painted map and moves it live, with no request elsewhere', async ({ page }) => {
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(platform.origin) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await signIn(page);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.locator('.map')).toHaveAttribute('data-marks', '1');
  await post(numberOf(0), 2, 10);
  await expect(page.locator('.map')).toHaveAttribute('data-marks', '2');
  const painted = await page.locator('.map-base').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) count++;
    return count / (data.length / 4);
  });
  expect(painted).toBeGreaterThan(0.5);
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});

test('shows a container with its ETA, freshness and raw events, and stays signed in over a reload', async ({
  page,
}) => {
  await signIn(page);
  await page.getByRole('link', { name: new RegExp(NUMBER) }).click();
  await expect(page.getByRole('heading', { name: NUMBER })).toBeVisible();
  await expect(page.getByText(/80 %:/)).toBeVisible();
  await expect(page.getByText(/-18 °C/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: NUMBER })).toBeVisible();
  await expect(page.getByText('No journey events yet')).toBeVisible();
});

test('searches containers and says when nothing matches', async ({ page }) => {
  await signIn(page);
  await page.getByRole('link', { name: 'Containers' }).click();
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByLabel('Search containers').fill('no such box');
  await expect(page.getByText('No containers here')).toBeVisible();
});

test('books, shows what is left, and turns into a shipment with its carrier', async ({ page }) => {
  await signIn(page);
  await page.getByRole('link', { name: 'Bookings' }).click();
  await page.getByRole('button', { name: 'Book', exact: true }).click();
  await page.getByLabel('How many').fill('2');
  await page.getByLabel('Container numbers, if known').fill(NUMBER);
  await page.getByRole('dialog').getByRole('button', { name: 'Book', exact: true }).click();
  await expect(page.getByText('0 of 2 containers left')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Full' })).toBeDisabled();
  await page.getByRole('link', { name: 'Shipments' }).click();
  await page.getByRole('button', { name: /CNSHA → NLRTM/ }).click();
  await expect(page.getByText('desk@acme-line.example')).toBeVisible();
});

test('records what the carrier confirmed by telephone, which the booking and its trail then say', async ({ page }) => {
  const space = await tenant.admin.must(
    'POST',
    '/v1/allocations',
    spaceOf(tenant.carrierId, 5, { confirmation: 'carrier', origin: 'SGSIN', destination: 'DEHAM' }),
  );
  await tenant.admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1, reference: 'PO-TEL' });
  await signIn(page);
  await page.getByRole('link', { name: 'Bookings' }).click();
  const card = page.locator('section.card', { hasText: 'PO-TEL' });
  await expect(card.getByRole('button', { name: 'Confirm', exact: true })).toHaveCount(0);
  await card.getByRole('button', { name: 'Record the carrier’s confirmation' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The carrier confirmed by').selectOption('telephone');
  await dialog.getByLabel('You spoke with').fill('The export desk');
  await dialog.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(card.getByText('Carrier’s confirmation recorded: by telephone, with The export desk')).toBeVisible();
  await expect(card.getByRole('button', { name: 'Mark shipped' })).toBeVisible();
  await card.getByRole('button', { name: 'Trail' }).click();
  await expect(card.getByText(/Confirmation recorded · .* by telephone, with The export desk/)).toBeVisible();
});

test('browses the API documentation without a foreign host', async ({ page }) => {
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(platform.origin) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  await page.goto(`${platform.origin}/docs`);
  await expect(page.getByText('Fairlead API')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Procurement' })).toBeVisible();
  expect(elsewhere).toEqual([]);
});

test('the API documentation signs in by a client’s id and secret, and asks', async ({ page }) => {
  const client = await tenant.admin.must('POST', '/v1/clients', { name: 'docs', role: 'viewer' });
  await page.goto(`${platform.origin}/docs`);
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const form = page.locator('.auth-container', { hasText: 'clientCredentials' }).first();
  await form.locator('#client_id_clientCredentials').fill(client.id);
  await form.locator('#client_secret_clientCredentials').fill(client.secret);
  await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  await expect(form.getByText('Logout')).toBeVisible();
  await page.locator('.close-modal').click();
  await page.locator('#operations-tag-Containers').click();
  const operation = page.locator('#operations-Containers-listContainers');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  await expect(operation.locator('.live-responses-table tbody .response-col_status').first()).toContainText('200');
});

test('ETA accuracy is shown beside the carriers, and models can be rolled back', async ({ page }) => {
  await fillLedger(platform, tenant.id, tenant.carrierId, 16);
  await signIn(page);
  await page.goto(`${platform.origin}/accuracy`);
  await expect(page.getByRole('heading', { name: 'ETA accuracy' })).toBeVisible();
  // The window is the last ninety days: January's journeys lie before it.
  await expect(page.getByText('No arrivals to evaluate yet')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'v1', exact: true })).toBeVisible();
  await fillLedger(platform, tenant.id, tenant.carrierId, 1);
  await page.reload();
  await page.getByRole('button', { name: 'Roll out v1' }).click();
  await page.getByRole('button', { name: 'Follow the newest again' }).click();
  await expect(page.getByRole('button', { name: 'Roll out v1' })).toBeVisible();
});
