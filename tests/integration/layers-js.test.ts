import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startGhFront } from '../stand-ins/github/gh-front.ts';
import { startGitHub } from '../stand-ins/github/server.ts';

const repository = 'brefphp/layers.js';
const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));
const [step] = jobs['layers-js'].steps as readonly [{ readonly run: string }];

/** Runs the step of release.yml like GitHub, with the real `gh` against a GitHub stand-in. */
async function runStep(conclusion: 'success' | 'failure', token: string) {
  await using folder = await temporaryFolder();
  await using github = await startGitHub({
    repositories: [
      {
        name: repository,
        branch: 'master',
        files: { 'package.json': '{}' },
        workflows: { 'release.yml': { inputs: [], conclusion } },
      },
    ],
    tokens: { secret: { repositories: [repository], mayWrite: true } },
  });
  await using front = await startGhFront(createRun(silentLogger()), github.url, folder.path);
  const env = {
    ...process.env,
    ...front.environment,
    GH_ENTERPRISE_TOKEN: token,
    GITHUB_SERVER_URL: 'https://github.com',
    REPOSITORY: repository,
    POLL_SECONDS: '0.1',
  };
  const { stdout, stderr, code } = await promisify(execFile)('bash', ['-e', '-c', step.run], { env }).then(
    (output) => ({ ...output, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { stdout, stderr, code, runs: github.repository(repository).runs, violations: github.violations };
}

describe.skipIf(spawnSync('gh', ['--version']).error !== undefined)(
  'the step that releases layers.js',
  () => {
    test('starts the workflow once on the default branch and waits for its run', async () => {
      const { stdout, code, runs, violations } = await runStep('success', 'secret');
      expect(stdout).toBe(
        'Started https://github.com/brefphp/layers.js/actions/runs/1000\nThe run ended with success.\n',
      );
      expect(runs).toMatchObject([{ workflow: 'release.yml', ref: 'master' }]);
      expect([code, violations]).toEqual([0, []]);
    });

    test('fails if the run fails', async () => {
      const { stdout, code } = await runStep('failure', 'secret');
      expect(stdout).toContain('The run ended with failure.');
      expect(code).toBe(1);
    });

    test('fails and starts nothing if the token is refused', async () => {
      const { stderr, code, runs } = await runStep('success', 'wrong');
      expect(stderr).toContain('Bad credentials');
      expect(runs).toEqual([]);
      expect(code).not.toBe(0);
    });
  },
);
