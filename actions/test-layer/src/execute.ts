import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../shared/command.ts';
import { describeError } from '../../shared/errors.ts';
import type { Case, InvocationCase, ScriptCase } from './cases.ts';
import { type Connection, openConnection } from './connection.ts';
import { runCommand, type Sandbox, serveCommand } from './container.ts';
import { compare, compareLog, type Difference } from './expectation.ts';

/** How one case went. */
export interface Result {
  readonly name: string;
  readonly source: string;
  readonly passed: boolean;
  readonly milliseconds: number;
  /** Why it failed, one sentence or difference a line; empty where it passed. */
  readonly reasons: readonly string[];
  /** What the container said. */
  readonly log: string;
}

type Outcome = Pick<Result, 'reasons' | 'log'>;

/** Seconds a script may take. */
const scriptTimeout = 60;
/** Seconds beyond an invocation's own timeout: the container's start, and 2 s that the emulator takes for a reset. */
const grace = 20;
/** Milliseconds that a log line may arrive after the answer: it comes by another way. */
const logDelay = 1000;

/** Runs one case in a container of its own. Never throws for a case that fails. */
export async function executeCase(
  test: Case,
  container: string,
  sandbox: Sandbox,
  run: Run,
): Promise<Result> {
  const started = performance.now();
  const { reasons, log } =
    test.kind === 'script'
      ? await runScript(test, container, sandbox, run)
      : await invokeFunction(test, container, sandbox, run);
  const milliseconds = Math.round(performance.now() - started);
  return { name: test.name, source: test.source, passed: reasons.length === 0, milliseconds, reasons, log };
}

async function runScript(test: ScriptCase, container: string, sandbox: Sandbox, run: Run): Promise<Outcome> {
  // One pipe for both streams keeps their lines in order.
  const command = ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', ...test.command];
  const limit = new AbortController();
  const watch = sleep(scriptTimeout * 1000, true, { signal: limit.signal }).then(
    () => kill(container, sandbox, run).then(() => true),
    () => false,
  );
  const purpose = { name: container, task: test.task, environment: {}, command };
  const { exitCode, stdout, stderr } = await run(runCommand(sandbox, purpose), { allowFailure: true });
  limit.abort();
  const isLate = await watch;
  const reasons = isLate
    ? [`no end within ${scriptTimeout} s`]
    : exitCode === 0
      ? []
      : [`exit code ${exitCode}`];
  return { reasons, log: `${stdout}${stderr}` };
}

async function invokeFunction(
  test: InvocationCase,
  container: string,
  sandbox: Sandbox,
  run: Run,
): Promise<Outcome> {
  const { expectation, handler } = test;
  const environment = {
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(expectation.timeout),
    ...(handler !== undefined && { _HANDLER: handler }),
    ...expectation.environment,
  };
  const purpose = {
    name: container,
    task: test.task,
    environment,
    command: serveCommand,
    isInteractive: true,
  };
  const connection = openConnection(runCommand(sandbox, purpose));
  const reasons: string[] = [];
  let hasAnswered = false;
  try {
    const differences = await exchange(test, connection);
    hasAnswered = true;
    reasons.push(...[...differences, ...(await awaitLog(expectation.log, connection))].map(describe));
  } catch (error) {
    reasons.push(describeError(error));
    // A container that hangs does not end with its connection.
    await kill(container, sandbox, run);
  }
  const exitCode = await connection.close();
  if (!hasAnswered) reasons.push(`docker exited with ${exitCode}`);
  return { reasons, log: connection.log() };
}

async function exchange(
  { expectation }: InvocationCase,
  connection: Connection,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [index, { event, ...expected }] of expectation.exchanges.entries()) {
    const answer = parseAnswer(await connection.invoke(event, (expectation.timeout + grace) * 1000));
    const path = expectation.exchanges.length === 1 ? 'answer' : `events[${index}].answer`;
    if ('answer' in expected) differences.push(...compare(expected.answer, answer, path));
  }
  return differences;
}

/** The emulator answers in plain text for a function that timed out, and with nothing for one that did not start. */
function parseAnswer(answer: string): unknown {
  if (answer === '') return undefined;
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}

async function awaitLog(expected: readonly string[], connection: Connection): Promise<readonly Difference[]> {
  const end = performance.now() + logDelay;
  let missing = compareLog(expected, connection.log());
  while (missing.length > 0 && performance.now() < end) {
    await sleep(20);
    missing = compareLog(expected, connection.log());
  }
  return missing;
}

function kill(container: string, { docker }: Sandbox, run: Run) {
  return run([docker, 'rm', '--force', container], { allowFailure: true });
}

function describe({ path, expected, got }: Difference): string {
  return `${path}: expected ${expected}, got ${got}`;
}
