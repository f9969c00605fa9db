import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ruleNames } from '#lib/audit/rule-list.ts';
import { createRun } from '#lib/node/command.ts';
import { listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const list = 'lib/audit/rule-list.ts';
const schema = 'lib/audit/audit.schema.json';
const readme = 'actions/package-layer/README.md';

/** The parts of the repository that the recipe in CONTRIBUTING.md touches or runs. */
const parts = [
  'package.json',
  'biome.json',
  'lib',
  'policies',
  'tools/update-readmes',
  'actions/package-layer/action.yml',
  'docs/layers.md',
  ...(await listVersionFolders(repository)).map((name) => `${name}/support.json`),
  readme,
];

/** Audits the tree in its first argument and prints the findings. */
const auditProgram = `
import { auditTree } from '#lib/audit/audit.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { readTree } from '#lib/layer/tree.ts';
const options = { cpu: 'x86', policy: await readPolicy('al2023'), lowerLayers: [] };
console.log(JSON.stringify((await auditTree(await readTree(process.argv[2]), options)).findings));
`;

test('the recipe "Add an audit rule" adds a rule to the audit, the schema and the README', async () => {
  await using folder = await temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  for (const part of parts) await cp(join(repository, part), at(part), { recursive: true });
  await symlink(join(repository, 'node_modules'), at('node_modules'));
  const run = createRun(silentLogger());
  const readmes = (...args: string[]) =>
    run([process.execPath, 'tools/update-readmes/main.ts', ...args], {
      cwd: folder.path,
      allowFailure: true,
    });
  expect(await readmes('--check')).toMatchObject({ exitCode: 0 });

  const { path, source, constant, name } = await readRecipe();
  await writeFile(at(path), source);
  await writeFile(at(list), addToList(await readFile(at(list), 'utf8'), constant, name));

  await writeFile(at('audit.ts'), auditProgram);
  await mkdir(at('tree/src'), { recursive: true });
  await writeFile(at('tree/src/index.php'), '');
  await writeFile(at('tree/src/index.php~'), '');
  const { stdout } = await run([process.execPath, 'audit.ts', at('tree')], { cwd: folder.path });
  const findings = JSON.parse(stdout) as readonly { readonly rule: string }[];
  expect(findings.filter(({ rule }) => rule === name)).toEqual([
    {
      rule: name,
      severity: 'warning',
      file: 'src/index.php~',
      subject: '',
      message: 'Lambda does not need a backup file.',
      remedy: 'Remove it.',
    },
  ]);

  const stale = await readmes('--check');
  expect(stale.exitCode).toBe(1);
  expect(stale.stderr).toContain(`${readme}, ${schema}`);
  expect(await readmes()).toMatchObject({ exitCode: 0 });
  expect(await readmes('--check')).toMatchObject({ exitCode: 0 });
  const { enum: names } = JSON.parse(await readFile(at(schema), 'utf8')).$defs.finding.properties.rule;
  expect(names).toContain(name);
  expect(await readFile(at(readme), 'utf8')).toMatch(
    new RegExp(`\\| \`${name}\` +\\| warning +\\| A backup file of an editor`),
  );
  const biome = [join(repository, 'node_modules/.bin/biome'), 'check', '--vcs-enabled=false'] as const;
  await run([...biome, path, list, schema], { cwd: folder.path });
});

/** Reads the example rule from the recipe. It gets another name if the repository already has a rule of this name. */
async function readRecipe() {
  const contributing = await readFile(join(repository, '.github/CONTRIBUTING.md'), 'utf8');
  const recipe = contributing.split('\n## Add an audit rule\n')[1]?.split('\n## ')[0] ?? '';
  const path = /`(lib\/audit\/rules\/[a-z-]+\.ts)`/.exec(recipe)?.[1] ?? '';
  const source = /```ts\n([\s\S]*?)\n *```/.exec(recipe)?.[1]?.replaceAll(/^ {3}/gm, '') ?? '';
  const constant = /export const (\w+): Rule/.exec(source)?.[1] ?? '';
  const name = /name: '([a-z-]+)'/.exec(source)?.[1] ?? '';
  expect({ path, constant, name }).toEqual({
    path: 'lib/audit/rules/backup-file.ts',
    constant: 'backupFile',
    name: 'backup-file',
  });
  if (!ruleNames.includes(name)) return { path, source: `${source}\n`, constant, name };
  return {
    path: 'lib/audit/rules/editor-backup.ts',
    source: `${source.replace(constant, 'editorBackup').replace(name, 'editor-backup')}\n`,
    constant: 'editorBackup',
    name: 'editor-backup',
  };
}

/** Adds the import and the entry of a rule in alphabetical order. */
function addToList(text: string, constant: string, name: string): string {
  const imports = [...text.matchAll(/^import \{ (\w+) \} from '\.\/rules\/([a-z-]+)\.ts';\n/gm)];
  const [line = '', next] = imports.find(([, , other = '']) => other > name) ?? [];
  expect(next).toBeDefined();
  return text
    .replace(line, `import { ${constant} } from './rules/${name}.ts';\n${line}`)
    .replace(`\n  ${next},\n`, `\n  ${constant},\n  ${next},\n`);
}
