import { defineConfig } from 'vitest/config';

const setupFiles = ['tests/helpers/outside-of-github.ts'];

export default defineConfig({
  test: {
    projects: [
      // Time for a machine that is busy with other things; the tests themselves take seconds.
      {
        test: {
          name: 'unit',
          setupFiles,
          include: ['tests/unit/**/*.test.ts', 'actions/*/tests/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      // The FPM layer's zip (LAYER) against PHP's own HTTP server.
      {
        test: {
          name: 'http',
          setupFiles,
          include: ['tests/http/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'integration',
          setupFiles,
          include: ['tests/integration/**/*.test.ts'],
          // Real engines and servers on two cores: one file at a time, with time to start.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
