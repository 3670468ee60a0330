/** As much of Node's crypto as Workers use; Workers' own types know none of the modules that nodejs_compat brings. */
declare module 'node:crypto' {
  interface Hash {
    update(text: string, encoding: 'utf8'): Hash;
    digest(encoding: 'hex'): string;
  }
  export function createHash(algorithm: 'sha256'): Hash;
}
