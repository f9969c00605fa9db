/**
 * Makes one target of every PHP version: `each-version.ts <target> <NN>...` runs `make <target>-NN`. A version that
 * fails does not stop the others; the end says which failed and why, and the exit code is 1.
 */
import { spawn } from 'node:child_process';

const [target = '', ...versions] = process.argv.slice(2);
const failures = new Map<string, string>();

for (const version of versions) {
  const cause = await make(`${target}-${version}`);
  if (cause !== undefined) failures.set(version, cause);
}
if (versions.length > 1 || failures.size > 0) {
  console.log(`\n${target}:`);
  for (const version of versions) console.log(`  PHP ${version}: ${failures.get(version) ?? 'ok'}`);
}
if (failures.size > 0) process.exitCode = 1;

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
      const [first = ''] = (error ?? '').split('\n');
      resolve(code === 0 ? undefined : first || `make ${name} exited with ${code}`);
    });
  });
}
