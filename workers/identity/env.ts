/** The identity Worker's bindings. */
export interface Env {
  DIRECTORY: D1Database;
  TENANT_POLICY: DurableObjectNamespace;
  /** JSON array of ES256 private JWKs; the first signs, all are published. */
  SIGNING_KEYS: string;
  /** Mixed into every password before hashing, so that a stolen database alone is not enough. */
  PASSWORD_PEPPER: string;
  /** Secret of the platform operator's client. */
  OPERATOR_SECRET: string;
  /** The public origin: issuer of tokens and home of the console. */
  ISSUER: string;
  LOG_LEVEL?: string;
}
