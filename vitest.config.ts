import { existsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

const database = 'test/support/postgres.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes long: vitest.slow.config.ts.
    exclude: [...configDefaults.exclude, 'test/slow/**'],
    pool: 'threads',
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One PostgreSQL for the whole run: starting one costs more than the tests that use it.
    globalSetup: existsSync(database) ? [database] : [],
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
