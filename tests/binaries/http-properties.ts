import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';

/** Numbers of properties in `tests/http`. */
export interface HttpResult {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
}

/**
 * Sends random requests to an FPM layer and to PHP's own HTTP server, and compares the responses.
 *
 * @param skipped names of properties that are left out, each for every gateway
 * @param report path for the results
 */
export async function testHttp(
  layer: string,
  skipped: readonly string[],
  report: string,
): Promise<HttpResult> {
  const vitest = resolve('node_modules/vitest/vitest.mjs');
  const pattern = skipped.length === 0 ? [] : [`--testNamePattern=${exclude(skipped)}`];
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      '--project',
      'http',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
      ...pattern,
    ],
    { stdio: 'inherit', env: { ...process.env, LAYER: layer, CPU: 'x86', BASE: 'debian-12' } },
  );
  const [code] = await once(child, 'close');
  const content = await readFile(report, 'utf8').catch(() => undefined);
  if (content === undefined) {
    throw new ActionError(`vitest ended with exit code ${code} and wrote no report. Its message is above.`);
  }
  return countProperties(JSON.parse(content), skipped);
}

/** Returns a regular expression that matches the full names of all other properties. Groups come before the name. */
export function exclude(names: readonly string[]): string {
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return `^(?!(.* )?(${escaped.join('|')})$)`;
}

/** The part of vitest's report that is read. */
interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

export function countProperties({ success, testResults }: Report, skipped: readonly string[]): HttpResult {
  const properties = testResults.flatMap(({ assertionResults }) => assertionResults);
  const unknown = skipped.find((name) => !properties.some(({ title }) => title === name));
  if (unknown !== undefined) {
    throw new ActionError(
      `No property of tests/http has the name "${unknown}". Correct "skipped" in the pins.`,
    );
  }
  const passed = properties.filter(({ status }) => status === 'passed').length;
  const failed = properties.filter(({ status }) => status === 'failed').length;
  // A file that cannot be loaded has no tests that could fail.
  if (!success && failed === 0)
    throw new ActionError('tests/http could not run. The message of vitest is above.');
  return { passed, skipped: properties.length - passed - failed, failed };
}
