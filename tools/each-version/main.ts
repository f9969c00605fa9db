/**
 * Makes one target of every PHP version: `each-version.ts [--first <check>] <target> <NN>...` runs `make <target>-NN`.
 * `make <check>-NN` goes first for all of them: what fails there is said at once, not after an hour of building the
 * others, and left out. A version that fails does not stop the others; the end says which failed and why, and the exit
 * code is 1.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { first: { type: 'string' } },
  allowPositionals: true,
});
const [target = '', ...versions] = positionals;
const failures = new Map<string, string>();

if (values.first !== undefined) {
  await makeEach(values.first, versions);
  for (const [version, cause] of failures) console.error(`\nPHP ${version} is left out: ${cause}`);
}
await makeEach(
  target,
  versions.filter((version) => !failures.has(version)),
);
if (versions.length > 1 || failures.size > 0) {
  console.log(`\n${target}:`);
  for (const version of versions) console.log(`  PHP ${version}: ${failures.get(version) ?? 'ok'}`);
}
if (failures.size > 0) process.exitCode = 1;

async function makeEach(name: string, wanted: readonly string[]): Promise<void> {
  for (const version of wanted) {
    const cause = await make(`${name}-${version}`);
    if (cause !== undefined) failures.set(version, cause);
  }
}

/** Undefined when the target was made, else its error: the last `Error:` text that was said. */
function make(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('make', ['--no-print-directory', name], { stdio: ['inherit', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      said = (said + chunk.toString()).slice(-20_000);
    });
    child.on('close', (code) => {
      const error = said.split(/^(?=Error: )/m).findLast((part) => part.startsWith('Error: '));
      resolve(code === 0 ? undefined : summarize(error) || `make ${name} exited with ${code}`);
    });
  });
}

/** The first line of an error and its innermost cause. */
function summarize(error = ''): string {
  const lines = error.split('\n').filter((line) => line !== '' && !line.startsWith('make'));
  const [first = ''] = lines;
  const cause = lines.findLast((line) => line.includes('caused by: '));
  return cause === undefined ? first : `${first} ${cause.replace(/.*caused by: /, '')}`;
}
