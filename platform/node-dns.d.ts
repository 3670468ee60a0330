/** As much of Node's resolver as workerd has and we use; @types/node is not for Workers. */
declare module 'node:dns' {
  export const promises: {
    resolve4(host: string): Promise<string[]>;
    resolve6(host: string): Promise<string[]>;
  };
}
