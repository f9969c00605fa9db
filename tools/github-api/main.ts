/**
 * Cuts what the tests' GitHub server answers out of GitHub's own description of its REST API (npm package
 * @octokit/openapi, which is 390 MB unpacked and thus no dependency): `npm run github-api` writes
 * tests/helpers/github/api.json. To add an endpoint, name its operation below and run it again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';

const version = '23.0.2';
const result = join(import.meta.dirname, '../../tests/helpers/github/api.json');

const operations: readonly string[] = [
  'actions/create-workflow-dispatch',
  'actions/get-workflow-run',
  'git/create-commit',
  'git/create-ref',
  'git/create-tree',
  'git/get-commit',
  'git/get-ref',
  'git/update-ref',
  'pulls/create',
  'pulls/list',
  'pulls/update',
  'repos/compare-commits',
  'repos/create-release',
  'repos/get',
  'repos/get-content',
  'repos/get-latest-release',
  'repos/get-release-asset',
  'repos/get-release-by-tag',
  'repos/list-release-assets',
  'repos/list-releases',
  'repos/delete-release-asset',
  'repos/update-release',
  'repos/upload-release-asset',
];

/** Words that say nothing of what is valid. */
const prose = new Set(['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title']);

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const folder = mkdtempSync(join(tmpdir(), 'github-api-'));
try {
  const run = createRun(createLogger(false));
  await run(['npm', 'pack', `@octokit/openapi@${version}`], { cwd: folder });
  await run(['tar', '-xzf', `octokit-openapi-${version}.tgz`, 'package/generated/api.github.com.json'], {
    cwd: folder,
  });
  const whole = JSON.parse(
    readFileSync(join(folder, 'package/generated/api.github.com.json'), 'utf8'),
  ) as Description;
  writeFileSync(result, `${JSON.stringify(cut(whole))}\n`);
  console.log(`Written: ${result}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The operations' parameters, requests and answers, and the components that these refer to, without prose. */
function cut(description: Description): unknown {
  const components: Record<string, Record<string, unknown>> = {};
  const found: Record<string, unknown> = {};
  const take = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(take);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value && typeof value.$ref === 'string') {
      const [, , kind = '', name = ''] = value.$ref.split('/');
      components[kind] ??= {};
      if (!(name in components[kind])) {
        components[kind][name] = null;
        components[kind][name] = take(lookUp(description, ['components', kind, name]));
      }
      return { $ref: value.$ref };
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, content]) => !key.startsWith('x-') && !(prose.has(key) && !isSchema(key, content)))
        .map(([key, content]) => [key, take(content)]),
    );
  };
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operations.includes(operation.operationId)) continue;
      found[`${method.toUpperCase()} ${path}`] = take({
        operationId: operation.operationId,
        parameters: operation.parameters ?? [],
        requestBody: operation.requestBody,
        responses: Object.fromEntries(
          Object.entries(operation.responses).filter(([status]) => status.startsWith('2')),
        ),
      });
    }
  }
  const missing = operations.length - Object.keys(found).length;
  if (missing !== 0) throw new Error(`${missing} operations are not in the description.`);
  return { source: `@octokit/openapi ${version}, api.github.com`, operations: found, components };
}

/** A property of a schema may be called "description" or "title" itself; its value then is a schema. */
function isSchema(key: string, content: unknown): boolean {
  return (
    key !== 'examples' &&
    key !== 'externalDocs' &&
    typeof content === 'object' &&
    content !== null &&
    !Array.isArray(content)
  );
}

function lookUp(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], value);
}
