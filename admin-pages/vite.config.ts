import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the API; the built console shares its origin with it. */
const api = { target: 'http://127.0.0.1:8787', ws: true };

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/v1': api, '/openapi.json': api, '/docs': api } },
  build: { target: 'es2023', chunkSizeWarningLimit: 700 },
});
