/** What the harness's tests of deliveries share: a connection to post to, and a receipt to wait for. */
import type { ApiClient } from '../../scripts/support/api.ts';
import { type TestTenant, until } from './fixtures.ts';

/** A connection as it is created: its id, and the scheme and secret by which deliveries are signed. */
export interface TestConnection {
  id: string;
  scheme: string;
  secret: string;
}

/** Creates a connection of the tenant's carrier that takes positions. */
export function connectPositions(tenant: TestTenant): Promise<TestConnection> {
  return tenant.admin.must('POST', '/v1/connections', {
    name: 'Positions',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
}

/** Waits until every item of a delivery has its outcome; the receipt. */
export function settledReceipt(api: ApiClient, receiptId: string) {
  return until('the receipt settles', async () => {
    const receipt = await api.must('GET', `/v1/receipts/${receiptId}`);
    return receipt.settled ? receipt : null;
  });
}
