import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  findRelease,
  ownSourceName,
  readAptEntries,
  readDebianCodename,
  toStanza,
} from '#lib/base-os/apt-sources.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { exists } from './machine.ts';
import { describeStep, type Step } from './steps.ts';

export interface ApplyDependencies {
  readonly run: Run;
  readonly log: Logger;
}

const aptSource = `/etc/apt/sources.list.d/${ownSourceName}`;
const aptPin = '/etc/apt/preferences.d/aws-lambda-layers';
const engineLog = '/var/log/aws-lambda-layers-dockerd.log';

/** Shows the planned changes, asks for consent on a terminal, and applies them. */
export async function applySteps(steps: readonly Step[], dependencies: ApplyDependencies): Promise<void> {
  if (steps.length === 0) return;
  const { log } = dependencies;
  log.info(`Setting up this machine:\n${steps.map((step) => `  - ${describeStep(step)}`).join('\n')}`);
  // Starting an installed engine needs no consent.
  if (steps.some(({ kind }) => kind !== 'start-engine')) await confirm();
  if (steps.some(({ kind }) => kind === 'install')) {
    await dependencies.run(['apt-get', 'update'], { show: true });
  }
  for (const step of steps) await apply(step, dependencies);
}

async function confirm(): Promise<void> {
  if (process.env.YES || process.env.CI || !process.stdin.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Continue? [y/N] ');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new ActionError('Nothing was changed.');
}

/** Adds a suite, and a pin so that apt uses the suite only for packages that are requested from it by name. */
async function addSuite(suite: string, run: Run): Promise<void> {
  const codename = await readDebianCodename();
  const entry = codename === undefined ? undefined : findRelease(await readAptEntries(), codename);
  if (entry === undefined) {
    throw new ActionError(
      `Debian's suite ${suite} cannot be added to apt: /etc/apt/sources.list and /etc/apt/sources.list.d contain no Debian release to copy the mirror from.`,
    );
  }
  // The pin comes first, because without it an upgrade would take every package from the suite.
  await writeFile(aptPin, `Package: *\nPin: release n=${suite}\nPin-Priority: 100\n`);
  await writeFile(aptSource, toStanza('deb', entry, suite));
  await run(['apt-get', 'update'], { show: true });
}

async function apply(step: Step, { run, log }: ApplyDependencies): Promise<void> {
  switch (step.kind) {
    case 'add-suite':
      return addSuite(step.suite, run);
    case 'install': {
      const target = step.suite === undefined ? [] : ['--target-release', step.suite];
      await run(['apt-get', 'install', '--yes', '--no-install-recommends', ...target, ...step.packages], {
        show: true,
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      });
      return;
    }
    case 'start-engine':
      return startEngine(run, log);
    case 'emulate':
      return registerEmulation(run);
  }
}

async function startEngine(run: Run, log: Logger): Promise<void> {
  const isRunning = async () =>
    (await run(['/usr/bin/docker', 'version'], { allowFailure: true })).exitCode === 0;
  if (await isRunning()) return;
  if (await exists('/run/systemd/system')) {
    await run(['systemctl', 'start', 'docker']);
  } else {
    await removeStalePid();
    const output = openSync(engineLog, 'a');
    spawn('dockerd', { detached: true, stdio: ['ignore', output, output] }).unref();
  }
  for (let second = 0; second < 60; second++) {
    if (await isRunning()) {
      log.info('The Docker engine is running.');
      return;
    }
    await sleep(1_000);
  }
  throw new ActionError(`The Docker engine did not start within 60 s. Its log is ${engineLog}.`);
}

/** dockerd refuses to start if its pid file contains the id of any running process, even of another program. */
async function removeStalePid(): Promise<void> {
  const file = '/var/run/docker.pid';
  const pid = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (pid === '') return;
  const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  if (program !== 'dockerd') await rm(file, { force: true });
}

async function registerEmulation(run: Run): Promise<void> {
  if (!(await exists('/proc/sys/fs/binfmt_misc/register'))) {
    await run(['mount', '-t', 'binfmt_misc', 'binfmt_misc', '/proc/sys/fs/binfmt_misc']);
  }
  const handler = process.arch === 'x64' ? 'qemu-aarch64' : 'qemu-x86_64';
  await run(['update-binfmts', '--enable', handler]);
}

/** Removes the apt source and its pin. Installed packages and a running engine stay. */
export async function undo(run: Run, log: Logger): Promise<void> {
  if (!(await exists(aptSource)) && !(await exists(aptPin))) {
    log.info('Nothing to undo.');
    return;
  }
  for (const file of [aptSource, aptPin]) {
    await rm(file, { force: true });
    log.info(`Removed ${file}.`);
  }
  await run(['apt-get', 'update'], { show: true });
}
