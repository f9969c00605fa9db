import type { Logger } from '#lib/node/logger.ts';

/** A part of BuildKit's own account of a build, as `docker buildx bake --progress rawjson` writes it. */
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
  readonly started: number;
  /** The last lines that the step said; what is older is in the log file only. */
  readonly said: string[];
  error: string | undefined;
  /** Whether it was shown: a step that BuildKit has in its cache begins and ends without a word, and is not. */
  isShown: boolean;
  isDone: boolean;
}

const remembered = 400;

/** What training/train says of a program that needs an extension which this PHP lacks. */
const leftOut = /^training: \S+ is left out,/;

/**
 * Follows a build: says which phase began and ended and, between, what the compiler is at; remembers what it takes to
 * say why it failed.
 *
 * @param now milliseconds
 */
export function followBuild(log: Logger, now: () => number) {
  const begun = now();
  const steps = new Map<string, Step>();
  /** What buildx said outside of its JSON: errors of the client. */
  const stray: string[] = [];
  let pending = '';
  let last: { readonly step: Step; readonly line: string } | undefined;

  function read(status: SolveStatus): readonly string[] {
    for (const vertex of status.vertexes ?? []) readVertex(vertex);
    const lines: string[] = [];
    for (const { vertex, data } of status.logs ?? []) {
      const text = Buffer.from(data ?? '', 'base64').toString();
      const said = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
      lines.push(...said);
      const step = steps.get(vertex);
      if (step === undefined || said.length === 0) continue;
      show(step);
      for (const line of said) if (leftOut.test(line)) log.warning(line);
      step.said.push(...said);
      step.said.splice(0, step.said.length - remembered);
      last = { step, line: said.at(-1) ?? '' };
    }
    return lines;
  }

  function readVertex({ digest, name, started, completed, cached, error }: Vertex): void {
    if (started === undefined || cached || !isWork(name)) return;
    const step = steps.get(digest) ?? begin(name);
    steps.set(digest, step);
    if (error) step.error ??= error;
    if (completed === undefined || error || step.isDone) return;
    step.isDone = true;
    const took = now() - step.started;
    if (took > 5_000)
      log.info(`${clock(now() - begun)} ${describeStep(name)}: done in ${clock(took).trim()}`);
  }

  function begin(name: string): Step {
    return { name, started: now(), said: [], error: undefined, isShown: false, isDone: false };
  }

  function show(step: Step): void {
    if (!step.isShown) log.info(`${clock(now() - begun)} ${describeStep(step.name)}`);
    step.isShown = true;
  }

  return {
    /** One line of buildx's stderr. Returns the lines that steps of the build, or buildx itself, said in it. */
    feed(line: string): readonly string[] {
      // One object a line, or (before buildx 0.14) one over several, whose first and last line are a brace alone.
      if (pending === '' && !line.startsWith('{')) {
        const said = line.trim() === '' ? [] : [line.trim()];
        stray.push(...said);
        return said;
      }
      pending += line;
      if (!line.endsWith('}') || (line !== '}' && !line.startsWith('{'))) return [];
      const text = pending;
      pending = '';
      return read(JSON.parse(text) as SolveStatus);
    },
    /** Says what the build is at; called every now and then. */
    beat(): void {
      if (last === undefined) return;
      log.info(`${clock(now() - begun)} ${stageOf(last.step.name)}: ${shorten(last.line)}`);
      last = undefined;
    },
    /** Why the build failed: the step, and the lines around its first error. */
    explain(): string {
      const failed = [...steps.values()].find(({ error }) => error && !/context canceled/.test(error));
      if (failed === undefined) return stray.slice(-8).join('\n  ');
      const lines = pickLines(failed.said);
      return [`${describeStep(failed.name)} failed: ${lastPart(failed.error ?? '')}`, ...lines].join('\n  ');
    },
  };
}

/** Steps that take time, and not the loading of definitions and contexts. */
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

/** A compiler's line is its source file; anything else its beginning. */
function shorten(line: string): string {
  const source = /\s-c\s+(?:\S*\/)?([\w.-]+\/[\w.-]+\.(?:c|cpp|cc|S))\b/.exec(line)?.[1];
  return source === undefined ? line.trim().slice(0, 120) : `compiling ${source}`;
}

const errorLine =
  /(?:^|\s|\b)(?:error|fatal error|configure: error|undefined reference|cannot find|no space left on device|No such file)\b/i;

/** The lines around the first error, then the last ones; where none looks like an error, the last twenty. */
function pickLines(said: readonly string[]): readonly string[] {
  const first = said.findIndex((line) => errorLine.test(line) && !/-Werror|\(ignored\)/.test(line));
  if (first < 0) return said.slice(-20);
  const around = said.slice(Math.max(0, first - 2), first + 10);
  const end = said.slice(Math.max(first + 10, said.length - 4));
  return end.length > 0 ? [...around, '...', ...end] : around;
}

function lastPart(error: string): string {
  return /exit code: \d+/.exec(error)?.[0] ?? error.split('\n').at(-1) ?? error;
}

/** Minutes and seconds. */
function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}
