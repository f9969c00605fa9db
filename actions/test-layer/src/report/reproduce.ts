/** How the action was called. */
export interface Call {
  /** A command with `input=value` words; undefined where inputs came by environment variables alone. */
  readonly command: readonly string[] | undefined;
  /** `INPUT_*` variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** The program that runs: Node's path of the bundle. */
  readonly program: string;
}

/** A command for a shell that runs one case as this run did. */
export function reproduceCommand({ command, environment, program }: Call, caseName: string): string {
  if (command !== undefined) {
    const kept = command.filter((word) => !word.startsWith('filter=') && !/^[\w-]+=\s*$/.test(word));
    return [...kept.map((word) => word.trim()), `filter=${caseName}`].map(quote).join(' ');
  }
  // With `env`, since the names of some inputs have a hyphen, which a shell's own assignments cannot have.
  const inputs = Object.entries({ ...environment, INPUT_FILTER: caseName, INPUT_REPORT: '' })
    .filter(([name, value]) => name.startsWith('INPUT_') && value.trim() !== '')
    .map(([name, value]) => `${name}=${value.trim()}`);
  return ['env', ...inputs, 'node', program].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
