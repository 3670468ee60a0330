import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The API documentation's viewer comes from the package, not from a CDN. */
function swaggerUi() {
  return {
    name: 'swagger-ui',
    closeBundle() {
      const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      const target = join(root, 'dist/docs');
      mkdirSync(target, { recursive: true });
      for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
        copyFileSync(join(source, file), join(target, file));
    },
  };
}

export default defineConfig({
  root,
  plugins: [react(), swaggerUi()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
