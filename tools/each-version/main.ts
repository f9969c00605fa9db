import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';

const usage = `Usage: node tools/each-version/main.ts [--first <target>] <target> <NN>...

Runs \`make <target>-NN\` for every PHP version NN. A version that fails does not stop the others. At the end, a summary
names the versions that failed and the reasons, and the exit code is 1.

  --first <target>  run \`make <target>-NN\` for all versions first, and skip the versions that fail it, so that a quick
                    failure is reported before the long builds of the others
  --help            show this text
`;

await runTool(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { first: { type: 'string' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [target, ...versions] = positionals;
  if (target === undefined) throw new ActionError('No make target was given. --help shows the usage.');
  const failures = new Map<string, string>();
  if (values.first !== undefined) {
    await makeEach(values.first, versions, failures);
    for (const [version, cause] of failures) console.error(`\nSkipping PHP ${version}: ${cause}`);
  }
  const remaining = versions.filter((version) => !failures.has(version));
  await makeEach(target, remaining, failures);
  if (versions.length > 1 || failures.size > 0) {
    console.log(`\n${target}:`);
    for (const version of versions) console.log(`  PHP ${version}: ${failures.get(version) ?? 'ok'}`);
  }
  return failures.size > 0 ? 1 : 0;
}

/** Makes a target of every version, and adds the reason for each failure to `failures`. */
async function makeEach(
  target: string,
  versions: readonly string[],
  failures: Map<string, string>,
): Promise<void> {
  for (const version of versions) {
    const cause = await make(`${target}-${version}`);
    if (cause !== undefined) failures.set(version, cause);
  }
}

/** Returns undefined if make succeeded, otherwise a summary of the last `Error:` text on stderr. */
function make(target: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('make', ['--no-print-directory', target], { stdio: ['inherit', 'inherit', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      stderr = (stderr + chunk.toString()).slice(-20_000);
    });
    child.on('close', (code) => {
      const error = stderr.split(/^(?=Error: )/m).findLast((part) => part.startsWith('Error: '));
      resolve(code === 0 ? undefined : summarize(error) || `make ${target} exited with ${code}`);
    });
  });
}

/** Returns the first line of an error and its innermost cause. */
function summarize(error = ''): string {
  const lines = error.split('\n').filter((line) => line !== '' && !line.startsWith('make'));
  const [first = ''] = lines;
  const cause = lines.findLast((line) => line.includes('caused by: '));
  return cause === undefined ? first : `${first} ${cause.replace(/.*caused by: /, '')}`;
}
