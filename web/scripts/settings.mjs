import { fileURLToPath } from 'node:url';

/** The directory of the pages' sources. */
export const web = fileURLToPath(new URL('..', import.meta.url));

/** The settings with which Vite builds everything here. */
export const settings = {
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: { 'annals-client': fileURLToPath(new URL('../../clients/typescript/src/index.ts', import.meta.url)) } },
};
