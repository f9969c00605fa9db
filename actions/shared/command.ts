import { getExecOutput } from '@actions/exec';
import { ActionError } from './errors.ts';
import type { Logger } from './logger.ts';

/** A command as data: the program and its arguments, made by pure functions and run by `Run`. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Show the command's output while it runs; otherwise it is only returned. */
  readonly show?: boolean;
  /** Return a non-zero exit code instead of throwing. */
  readonly allowFailure?: boolean;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. Throws a CommandError when it exits with anything but 0. */
export type Run = (command: Command, options?: RunOptions) => Promise<CommandResult>;

/** A tool that failed: the command, its exit code and the last lines that it said. */
export class CommandError extends ActionError {
  override name = 'CommandError';

  readonly command: Command;
  readonly result: CommandResult;

  constructor(command: Command, result: CommandResult) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n  ');
    super(`\`${command.join(' ')}\` exited with ${result.exitCode}:\n  ${said}`);
    this.command = command;
    this.result = result;
  }
}

export function createRun(log: Logger): Run {
  return async (command, options = {}) => {
    const [program, ...args] = command;
    const started = performance.now();
    let result: CommandResult;
    try {
      result = await getExecOutput(program, args, {
        silent: !options.show,
        ignoreReturnCode: true,
        ...(options.cwd !== undefined && { cwd: options.cwd }),
        ...(options.env !== undefined && { env: { ...definedEnvironment(), ...options.env } }),
        ...(options.input !== undefined && { input: Buffer.from(options.input) }),
      });
    } catch (cause) {
      throw new ActionError(`"${program}" could not be started; is it installed and on PATH?`, { cause });
    }
    log.debug(`${command.join(' ')} -> ${result.exitCode} in ${Math.round(performance.now() - started)} ms`);
    if (result.exitCode !== 0 && !options.allowFailure) throw new CommandError(command, result);
    return result;
  };
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
