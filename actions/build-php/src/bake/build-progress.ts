import type { Logger } from '#lib/node/logger.ts';

/** A part of BuildKit's status, as `docker buildx bake --progress rawjson` writes it. */
interface SolveStatus {
  readonly vertexes?: readonly Vertex[];
  readonly logs?: readonly { readonly vertex: string; readonly data?: string }[];
}

interface Vertex {
  readonly digest: string;
  /** Such as `[trees sqlite 2/2] RUN ...`. */
  readonly name: string;
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

interface Step {
  readonly name: string;
  readonly startedMs: number;
  /** The step's last lines. Only the log file has the older ones. */
  readonly lines: string[];
  error: string | undefined;
  /** Whether the step was logged. A step from BuildKit's cache prints nothing and is never logged. */
  isLogged: boolean;
  isDone: boolean;
}

const keptLinesPerStep = 400;
const keptClientLines = 8;

/** A step that takes longer is also logged when it ends. */
const longStepMs = 5_000;

/** Message of php/training/train about a program whose extension this PHP lacks. */
const skippedProgramPattern = /^training: \S+ is left out\b/;

/**
 * Follows a build: logs the start and the end of its steps and the compiler's progress, and keeps enough output to
 * explain a failure.
 *
 * @param now the current time in milliseconds
 */
export function followBuild(log: Logger, now: () => number) {
  const startedMs = now();
  const steps = new Map<string, Step>();
  /** Lines outside the JSON, which are errors of the client itself. */
  const clientLines: string[] = [];
  let pendingJson = '';
  let latest: { readonly step: Step; readonly line: string } | undefined;

  function readStatus(status: SolveStatus): readonly string[] {
    for (const vertex of status.vertexes ?? []) readVertex(vertex);
    return (status.logs ?? []).flatMap(({ vertex, data }) => {
      const text = Buffer.from(data ?? '', 'base64').toString();
      const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
      const step = steps.get(vertex);
      if (step !== undefined && lines.length > 0) addLines(step, lines);
      return lines;
    });
  }

  function addLines(step: Step, lines: readonly string[]): void {
    logStart(step);
    for (const line of lines) if (skippedProgramPattern.test(line)) log.warning(line);
    step.lines.push(...lines);
    step.lines.splice(0, step.lines.length - keptLinesPerStep);
    latest = { step, line: lines.at(-1) ?? '' };
  }

  function readVertex({ digest, name, started, completed, cached, error }: Vertex): void {
    if (started === undefined || cached || !isWork(name)) return;
    const step = steps.get(digest) ?? startStep(name);
    steps.set(digest, step);
    if (error) step.error ??= error;
    if (completed === undefined || error || step.isDone) return;
    step.isDone = true;
    const durationMs = now() - step.startedMs;
    if (durationMs > longStepMs) {
      log.info(`${elapsed()} ${describeStep(name)}: done in ${formatDuration(durationMs).trim()}`);
    }
  }

  function startStep(name: string): Step {
    return { name, startedMs: now(), lines: [], error: undefined, isLogged: false, isDone: false };
  }

  function logStart(step: Step): void {
    if (!step.isLogged) log.info(`${elapsed()} ${describeStep(step.name)}`);
    step.isLogged = true;
  }

  function elapsed(): string {
    return formatDuration(now() - startedMs);
  }

  return {
    /** Reads a line of buildx's stderr. Returns the output of steps, or of buildx itself, in that line. */
    readLine(line: string): readonly string[] {
      // buildx writes one object per line. Before 0.14, an object has several lines, and its first and last line are a
      // single brace.
      if (pendingJson === '' && !line.startsWith('{')) {
        const lines = line.trim() === '' ? [] : [line.trim()];
        clientLines.push(...lines);
        return lines;
      }
      pendingJson += line;
      if (!line.endsWith('}') || (line !== '}' && !line.startsWith('{'))) return [];
      const json = pendingJson;
      pendingJson = '';
      return readStatus(JSON.parse(json) as SolveStatus);
    },
    /** Logs the latest output of the build, if there is any since the last call. */
    report(): void {
      if (latest === undefined) return;
      log.info(`${elapsed()} ${stageOf(latest.step.name)}: ${shorten(latest.line)}`);
      latest = undefined;
    },
    /** Returns the failed step and the lines around its first error. */
    explainFailure(): string {
      const failed = [...steps.values()].find(({ error }) => error && !/context canceled/.test(error));
      if (failed === undefined) return clientLines.slice(-keptClientLines).join('\n  ');
      const lines = pickLines(failed.lines);
      return [`${describeStep(failed.name)} failed: ${summarizeError(failed.error ?? '')}`, ...lines].join(
        '\n  ',
      );
    },
  };
}

/** Whether a step takes time. Loading definitions and contexts does not. */
function isWork(name: string): boolean {
  return /^\[.*\] (RUN|COPY)/.test(name) || /exporting to/.test(name);
}

/** `[image-fpm build-environment 2/6] RUN ...` -> `build-environment`. */
function stageOf(name: string): string {
  const [, inside = ''] = /^\[([^\]]+)\]/.exec(name) ?? [];
  const words = inside.split(' ').filter((word) => !/^(\d+\/\d+|internal)$/.test(word));
  return words.at(-1) ?? inside;
}

function describeStep(name: string): string {
  const command = name.replace(/^\[[^\]]*\] /, '').replaceAll(/--(network|mount)=\S+\s*/g, '');
  const [first = ''] = command.replace(/<<(\w+)\s*/, '').split('\n');
  return `${stageOf(name)}: ${first.trim().slice(0, 100)}`;
}

/** Returns the source file of a compiler's command line, and the beginning of any other line. */
function shorten(line: string): string {
  const source = /\s-c\s+(?:\S*\/)?([\w.-]+\/[\w.-]+\.(?:c|cpp|cc|S))\b/.exec(line)?.[1];
  return source === undefined ? line.trim().slice(0, 120) : `compiling ${source}`;
}

const errorPattern =
  /(?:^|\s|\b)(?:error|fatal error|configure: error|undefined reference|cannot find|no space left on device|No such file)\b/i;

/** Returns the lines around the first error and the last lines. If no line looks like an error, returns the last 20. */
function pickLines(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => errorPattern.test(line) && !/-Werror|\(ignored\)/.test(line));
  if (first < 0) return lines.slice(-20);
  const around = lines.slice(Math.max(0, first - 2), first + 10);
  const end = lines.slice(Math.max(first + 10, lines.length - 4));
  return end.length > 0 ? [...around, '...', ...end] : around;
}

function summarizeError(error: string): string {
  return /exit code: \d+/.exec(error)?.[0] ?? error.split('\n').at(-1) ?? error;
}

/** Formats milliseconds as minutes and seconds, such as ` 1:05`. */
function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}
