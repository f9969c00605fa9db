import { type Connection, openConnection } from './connection.ts';
import { runCommand, type Sandbox, serveCommand } from './container.ts';
import type { FunctionSettings } from './function-settings.ts';

export interface SandboxFunction {
  /** Name of the container. */
  readonly container: string;
  /** Folder on the host that is mounted at /var/task. */
  readonly task: string;
  /** Value of `_HANDLER`. */
  readonly handler: string;
  readonly settings: FunctionSettings;
}

/**
 * Starts a function in a separate container. Its runtime is the `bootstrap` of the code or of a layer.
 *
 * @param onLog receives each chunk of the function's log as it arrives
 */
export function startFunction(
  sandbox: Sandbox,
  { container, task, handler, settings }: SandboxFunction,
  onLog?: (chunk: Buffer) => void,
): Connection {
  const command = runCommand(sandbox, {
    name: container,
    task,
    settings: { ...settings, environment: { ...settings.environment, _HANDLER: handler } },
    command: serveCommand,
    input: 'connection',
  });
  return openConnection(command, onLog);
}
