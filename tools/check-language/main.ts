/** Checks the language of all text that people read. See `usage`. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installGoTool } from '#lib/dev-tools/go-tool.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { formatCount } from '#lib/report/count.ts';
import { hasHashComments, readHashComments, readMessages, toText } from './prose.ts';
import { findSubjectFault } from './subjects.ts';

const usage = `Usage: npm run check:language [-- <file>...]

Checks Markdown, action.yml, workflows, comments and messages with Vale and the rules in .vale/styles/Plain, and the
subjects of the commits since 2026-11-30. Files default to all files of the repository.

  --help  show this text
`;

/** Commits before this time are not checked, because they are older than the rule. */
const firstChecked = '2026-11-30T04:32:00Z';

/** Newer releases of Vale need a module version that the Go module proxy does not have. */
const vale = { name: 'github.com/vale-cli/vale/v3/cmd/vale', version: 'v3.22.0' };

interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

await runTool(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const run = createRun(createLogger(false));
  const files = positionals.length > 0 ? await listMatches(positionals, run) : await listFiles([], run);
  const findings = await checkProse(files, run);
  const subjects = positionals.length > 0 ? [] : await checkSubjects(run);
  for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
  for (const fault of subjects) console.error(fault);
  if (findings.length + subjects.length > 0) {
    throw new ActionError(
      `Sentences that break a rule of .vale/styles/Plain: ${findings.length}. ` +
        `Commit subjects that break the form "area: imperative": ${subjects.length}. Rewrite them.`,
    );
  }
  console.log(
    `The language of ${formatCount(files.length, 'file')} and of the commit subjects follows the rules.`,
  );
  return 0;
}

/**
 * Lists the files of paths and patterns.
 *
 * @throws ActionError if one of them matches no file
 */
async function listMatches(paths: readonly string[], run: Run): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    const matches = await listFiles([path], run);
    if (matches.length === 0) {
      throw new ActionError(
        `The path "${path}" matches no file that this check reads. Correct it, or leave it out to check all files.`,
      );
    }
    for (const match of matches) files.add(match);
  }
  return [...files];
}

/** Lists the files with text for people that Git tracks or would track. */
async function listFiles(wanted: readonly string[], run: Run): Promise<readonly string[]> {
  const { stdout } = await run([
    'git',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...wanted,
  ]);
  const isRead = (path: string) => /\.(md|ts|php|yml)$/.test(path) || hasHashComments(path);
  // A deleted file that is not committed yet is still in Git's list.
  return stdout
    .split('\0')
    .filter((path) => path !== '' && !/\/dist\/|^\.vale\//.test(path) && existsSync(path) && isRead(path));
}

async function checkProse(files: readonly string[], run: Run): Promise<readonly Finding[]> {
  const program = await installGoTool(run, vale.name, vale.version);
  if (program === undefined) {
    if (process.env.CI === 'true')
      throw new ActionError('The language check needs Go. Install it on this runner.');
    console.log('Skipping the language check, because it needs Go. CI runs it.');
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'check-language-'));
  try {
    const config = resolve('.vale.ini');
    const extracted = await extractProse(files, folder);
    const direct = files.filter((path) => !hasHashComments(path));
    const found = [
      ...(await runVale(program, config, direct, run)),
      ...(await runVale(program, config, [...extracted.keys()], run)),
    ];
    return found
      .map(({ path, line, message }) => {
        const source = extracted.get(path);
        if (source === undefined) return { path, line, message };
        return { path: relative(folder, path).replace(/\.md$/, ''), line: source[line - 1] ?? 1, message };
      })
      .sort((left, right) => left.path.localeCompare(right.path) || left.line - right.line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Writes Markdown files with the prose that Vale does not find by itself: messages in code, and comments of formats that it does not know.
 *
 * @returns the source line of each line, by the path of the Markdown file
 */
async function extractProse(
  files: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const written = new Map<string, readonly number[]>();
  for (const path of files) {
    const isExtracted = hasHashComments(path);
    if (!isExtracted && !path.endsWith('.ts')) continue;
    const { text, sourceLines } = toText(isExtracted ? readHashComments(path) : readMessages(path));
    if (text === '') continue;
    const target = join(folder, `${path}.md`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    written.set(target, sourceLines);
  }
  return written;
}

type ValeReport = Readonly<
  Record<string, readonly { readonly Line: number; readonly Message: string; readonly Check: string }[]>
>;

async function runVale(
  program: string,
  config: string,
  files: readonly string[],
  run: Run,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // Linux limits the length of a command line.
  for (let index = 0; index < files.length; index += 500) {
    const part = files.slice(index, index + 500);
    const command = [program, '--no-exit', '--output=JSON', '--config', config, ...part] as const;
    const report = JSON.parse((await run([...command])).stdout) as ValeReport;
    for (const [path, alerts] of Object.entries(report)) {
      for (const { Line, Message, Check } of alerts) {
        findings.push({ path, line: Line, message: `${Message} (${Check})` });
      }
    }
  }
  return findings;
}

/** Lists the faults of subjects since `firstChecked`. Git writes the subjects of merges, so they are not checked. */
async function checkSubjects(run: Run): Promise<readonly string[]> {
  const { stdout } = await run(['git', 'log', '--no-merges', `--since=${firstChecked}`, '--format=%h%x09%s']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [commit = '', subject = ''] = line.split('\t');
      const fault = findSubjectFault(subject);
      return fault === undefined ? [] : [`Commit ${commit}: the subject "${subject}" ${fault}.`];
    });
}
