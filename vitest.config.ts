import { defineConfig } from 'vitest/config';

const setupFiles = ['tests/fixtures/outside-of-github.ts'];

export default defineConfig({
  test: {
    projects: [
      // The tests take seconds. The timeout is for a busy machine.
      {
        test: {
          name: 'unit',
          setupFiles,
          include: ['tests/unit/**/*.test.ts', 'actions/*/tests/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      // Compares the zip of an FPM layer (the variable LAYER) with PHP's HTTP server.
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
          // These tests start Docker engines and servers, so on two cores the files run one at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
