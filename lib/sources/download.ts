import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

export interface DownloadLimits {
  readonly attempts: number;
  /** Milliseconds without a byte before an attempt is given up. */
  readonly stall: number;
  /** Milliseconds before an attempt is given up, however steadily bytes come. */
  readonly total: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly pause: number;
}

export const defaultLimits: DownloadLimits = { attempts: 4, stall: 30_000, total: 900_000, pause: 1_000 };

/** The address answered, and will not change its mind: not found, not allowed. */
class Refused extends ActionError {}

/**
 * Downloads to `path`, going on where an earlier attempt broke off if the server can. Proves nothing about the
 * bytes. Throws an ActionError that names the address after the last attempt, at once when the host does not
 * exist, the server refuses or the file cannot be written, and the signal's reason when that is aborted.
 */
export async function download(
  url: string,
  path: string,
  log: Logger,
  limits: DownloadLimits = defaultLimits,
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      await downloadOnce(url, path, log, limits, signal);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const refusal = explainRefusal(error, path);
      if (refusal !== error) throw refusal;
      const isFinal = error instanceof Refused || isUnknownHost(error) || attempt === limits.attempts;
      if (isFinal) throw new ActionError(`${url} cannot be downloaded.`, { cause: error });
      log.info(`${url}: attempt ${attempt} of ${limits.attempts} failed, trying again`);
      const pause = limits.pause * 2 ** (attempt - 1) * (0.5 + Math.random());
      await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => {});
    }
  }
}

async function downloadOnce(
  url: string,
  path: string,
  log: Logger,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<void> {
  const present = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  const watchdog = new Watchdog(limits.stall);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([
        watchdog.signal,
        AbortSignal.timeout(limits.total),
        ...(signal ? [signal] : []),
      ]),
      headers: present > 0 ? { Range: `bytes=${present}-` } : {},
    });
    if (response.status === 416) return; // Everything was there already; the hash decides.
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const Failure = response.status < 500 && response.status !== 429 ? Refused : ActionError;
      throw new Failure(`The server answered ${response.status} ${response.statusText}.`);
    }
    const resumes = response.status === 206;
    const length = Number(response.headers.get('content-length') ?? 0) + (resumes ? present : 0);
    await pipeline(
      Readable.fromWeb(response.body as import('node:stream/web').ReadableStream),
      showProgress(url, length, resumes ? present : 0, log, watchdog),
      createWriteStream(path, { flags: resumes ? 'a' : 'w' }),
    );
  } finally {
    watchdog.stop();
  }
}

/** Passes bytes through; says how far it is every two seconds, and feeds the watchdog. */
function showProgress(
  url: string,
  length: number,
  start: number,
  log: Logger,
  watchdog: Watchdog,
): Transform {
  let received = start;
  let shown = performance.now();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      watchdog.feed();
      if (performance.now() - shown > 2_000) {
        shown = performance.now();
        const share = length > 0 ? ` of ${megabytes(length)}` : '';
        log.info(`${url}: ${megabytes(received)}${share}`);
      }
      done(null, chunk);
    },
  });
}

/** Aborts when it was not fed for a while. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #stall: number;
  #timer: NodeJS.Timeout;

  constructor(stall: number) {
    this.#stall = stall;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    const reason = new Error(`No byte came for ${this.#stall / 1000} s.`);
    return setTimeout(() => this.#controller.abort(reason), this.#stall);
  }
}

function isUnknownHost(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
