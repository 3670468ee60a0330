/** An authorization server under test: what the checks need to know of it, whoever made it. */
import type { CryptoKey } from 'jose';

/** A client that was registered for the checks. */
export interface RegisteredClient {
  id: string;
  secret?: string;
  key?: { privateKey: CryptoKey; kid: string };
}

/** A server under test. */
export interface Subject {
  name: string;
  issuer: string;
  /** The redirect address of the public client; nothing listens there. */
  redirectUri: string;
  /** The audience of JWT access tokens. */
  audience: string;
  /** A scope that every client may have, one that none may, and the scopes of the code flow. */
  scopes: { good: string; refused: string; flow: string };
  clients: { secret: RegisteredClient; assertion: RegisteredClient; public: RegisteredClient };
  /** More parameters for tokens that are to be introspected. */
  introspectable: Record<string, string>;
  /** Plays the person: opens an authorization request, signs in, and stops at the redirect address. */
  signIn(url: URL): Promise<Landing>;
  close(): Promise<void>;
}

/** Where an authorization request ended: at the redirect address, or on a page. */
export type Landing = { location: URL } | { status: number };
