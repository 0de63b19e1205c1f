import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', '**/dist/**', '.build/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [...ignored, '**/*.workers.test.ts', 'tests/stack/**', 'tests/browser/**'],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                WECHAT_API_ORIGIN: 'http://wechat.invalid',
                WECHAT_APP_ID: 'wx0000000000000001',
                WECHAT_APP_SECRET: 'test-secret',
                COUNTERS: '1',
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['**/*.workers.test.ts'],
          exclude: ignored,
          setupFiles: ['./tests/workers/apply-migrations.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['tests/stack/**/*.test.ts', 'tests/browser/**/*.test.ts'],
          exclude: ignored,
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
