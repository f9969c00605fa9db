import { type Command, CommandError, type Run } from '#lib/node/command.ts';
import type { Programs } from './programs.ts';

/** Measurement of one run of a workload. */
export interface Sample {
  /** User time of the whole process. */
  readonly userSeconds: number;
  /** Peak resident memory without pages of files. */
  readonly peakBytes: number;
  /** Output of the workload, which must be the same for every PHP. */
  readonly output: string;
}

/** Measurement of one start of PHP without a program. */
export interface Start {
  readonly cpuSeconds: number;
}

export interface Sandbox extends AsyncDisposable {
  runWorkload(php: string, script: string): Promise<Sample>;
  measureStart(php: string, times: number): Promise<Start>;
}

/** Returns a command with a function's settings: opcache in shared memory, no JIT. No PHP reads ini files. */
function phpCommand(php: string, ...settings: readonly string[]): Command {
  const root = `/php/${php}`;
  const all = [
    `extension_dir=${root}/bref/extensions`,
    ...['zend_extension=opcache', 'opcache.enable_cli=1', 'opcache.jit=disable'],
    ...['memory_limit=-1', 'include_path=/libraries', 'error_reporting=22527', 'date.timezone=UTC'],
    ...settings,
  ];
  return [`${root}/bin/php`, '-n', ...all.flatMap((setting) => ['-d', setting])];
}

export async function openSandbox(
  { docker, baseImage, phps, libraries }: Programs,
  run: Run,
): Promise<Sandbox> {
  const mounts = [`${phps}:/php:ro`, `${libraries}:/libraries:ro`, `${import.meta.dirname}:/bench:ro`];
  const volumes = mounts.flatMap((mount) => ['--volume', mount]);
  const { stdout } = await run([
    docker,
    ...['run', '--rm', '--detach', '--init', '--network', 'none', ...volumes, baseImage, 'sleep', 'infinity'],
  ]);
  const container = stdout.trim();
  const exec = (command: Command) => run([docker, 'exec', container, ...command]);
  return {
    async runWorkload(php, script) {
      const prelude = ['extension=intl', 'auto_prepend_file=/bench/measure.php'];
      const command: Command = [...phpCommand(php, ...prelude), script];
      const result = await exec(command);
      const usage = result.stderr.trimEnd().split('\n').at(-1) ?? '';
      if (!usage.startsWith('{')) throw new CommandError(command, result);
      return { ...(JSON.parse(usage) as Omit<Sample, 'output'>), output: result.stdout };
    },
    async measureStart(php, times) {
      const [ours, ...settings] = phpCommand('ours');
      const started = ['/bench/start.php', String(times), ...phpCommand(php), '-r', ''];
      const { stdout } = await exec([ours, ...settings, ...started]);
      return JSON.parse(stdout) as Start;
    },
    async [Symbol.asyncDispose]() {
      await run([docker, 'rm', '--force', container]);
    },
  };
}
