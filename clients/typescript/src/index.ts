export type * from './api.ts';
export {
  type CallOptions,
  type ClientOptions,
  FairleadClient,
  type InputOf,
  type ItemOf,
  type ListName,
  type OperationName,
  type OutputOf,
} from './client.ts';
export { ApiError } from './errors.ts';
export { type FrameOf, type LiveOptions, type LiveStatus, type LiveTopic, openLive } from './live.ts';
export type { ClientCredentials, TokenSource } from './tokens.ts';
export { type ReceivedWebhook, verifyWebhook, WebhookError } from './webhooks.ts';
