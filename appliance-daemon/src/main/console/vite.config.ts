import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// While developing, the daemon answers the API: `npm run dev` beside `bin/gatehouse demo`.
const daemon = process.env.GATEHOUSE_URL ?? 'http://127.0.0.1:8080';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: process.env.CONSOLE_OUT ?? 'dist',
    emptyOutDir: true,
    // Two pages: the console, and the set-up of a new box. They share what both need.
    rollupOptions: { input: { index: page('index.html'), setup: page('setup.html') } },
    target: 'es2022',
    // No data: URLs for scripts, no inline styles: the page's content security policy forbids both.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The licences of what is shipped ask to be shipped with it.
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': daemon, '/v1': daemon } },
  test: { include: ['src/**/*.test.ts'] },
});
