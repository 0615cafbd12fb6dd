import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests that take minutes: `npm run test:slow`, and part of `.ci/run`. */
export default defineConfig({ test: { ...base.test, include: ['test/slow/**/*.test.ts'], exclude: [] } });
