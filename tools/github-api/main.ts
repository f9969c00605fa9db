/**
 * Extracts the endpoints of the tests' GitHub server; see `usage`. To add an endpoint, name its operation below and run
 * the command again. The npm package @octokit/openapi is not a dependency because it is 390 MB unpacked.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: npm run github-api

Extracts the endpoints of the tests' GitHub server from GitHub's description of its REST API, and writes them to
tests/stand-ins/github/api.json. Downloads the description from the npm registry.

  --help  show this text
`;

const version = '23.0.2';
const outputPath = join(import.meta.dirname, '../../tests/stand-ins/github/api.json');

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

/** Properties of the description that no validation needs. */
const proseKeys = new Set(['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title']);

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'github-api-'));
  try {
    const run = createRun(createLogger(false));
    await run(['npm', 'pack', `@octokit/openapi@${version}`], { cwd: folder });
    await run(['tar', '-xzf', `octokit-openapi-${version}.tgz`, 'package/generated/api.github.com.json'], {
      cwd: folder,
    });
    const description = JSON.parse(
      readFileSync(join(folder, 'package/generated/api.github.com.json'), 'utf8'),
    ) as Description;
    writeFileSync(outputPath, `${JSON.stringify(extract(description))}\n`);
    // In the repository's format, so that a diff shows only real changes.
    const biome = resolve(import.meta.dirname, '../../node_modules/.bin/biome');
    await run([biome, 'format', '--write', outputPath]);
    console.log(`Written: ${outputPath}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns parameters, requests and responses of the operations, with the components they refer to, without prose. */
function extract(description: Description): unknown {
  const components: Record<string, Record<string, unknown>> = {};
  const found: Record<string, unknown> = {};
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value && typeof value.$ref === 'string') {
      const [, , kind = '', name = ''] = value.$ref.split('/');
      components[kind] ??= {};
      if (!(name in components[kind])) {
        // Set before the copy, because a component may refer to itself.
        components[kind][name] = null;
        components[kind][name] = copy(lookUp(description, ['components', kind, name]));
      }
      return { $ref: value.$ref };
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, content]) => !key.startsWith('x-') && !(proseKeys.has(key) && !isSchema(key, content)))
        .map(([key, content]) => [key, copy(content)]),
    );
  };
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operations.includes(operation.operationId)) continue;
      found[`${method.toUpperCase()} ${path}`] = copy({
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
  if (missing !== 0) throw new Error(`GitHub's description lacks ${missing} of the operations.`);
  return { source: `@octokit/openapi ${version}, api.github.com`, operations: found, components };
}

/** Tells whether a key such as "description" or "title" is the name of a property. Its value is then a schema. */
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
