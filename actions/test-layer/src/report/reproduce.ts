/** Command or variables with which the action was called. */
export interface Call {
  /** Command with `input=value` words; undefined if all inputs came from environment variables. */
  readonly command: readonly string[] | undefined;
  /** `INPUT_*` variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the running bundle. */
  readonly program: string;
}

/** Builds a shell command that runs one case with the inputs of this run. */
export function reproduceCommand({ command, environment, program }: Call, caseName: string): string {
  if (command !== undefined) {
    const kept = command.filter((word) => !word.startsWith('filter=') && !/^[\w-]+=\s*$/.test(word));
    return [...kept.map((word) => word.trim()), `filter=${caseName}`].map(quote).join(' ');
  }
  // A shell cannot assign variables whose name contains a hyphen, as some inputs do; `env` can.
  const inputs = Object.entries({ ...environment, INPUT_FILTER: caseName, INPUT_REPORT: '' })
    .filter(([name, value]) => name.startsWith('INPUT_') && value.trim() !== '')
    .map(([name, value]) => `${name}=${value.trim()}`);
  return ['env', ...inputs, 'node', program].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
