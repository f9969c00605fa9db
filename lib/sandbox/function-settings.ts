/** Settings of a function in the sandbox, as in Lambda's configuration of a function. */
export interface FunctionSettings {
  /** Environment variables in addition to Lambda's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Time limit in seconds for a script, or for one invocation. The first invocation includes the initialization. */
  readonly timeout: number;
  /** Memory in MB. */
  readonly memory: number;
  /** Size of /tmp in MB. */
  readonly temporarySpace: number;
  /** Whether CPU time depends on memory, as on Lambda. If false, the function has a whole CPU. */
  readonly cpuShare: boolean;
}
