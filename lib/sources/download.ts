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
  /** Longest time without a byte before an attempt fails. */
  readonly stallMs: number;
  /** Longest time of one attempt. */
  readonly totalMs: number;
  /** Pause before the second attempt. Each further pause is twice as long. */
  readonly pauseMs: number;
}

export const defaultLimits: DownloadLimits = {
  attempts: 4,
  stallMs: 30_000,
  totalMs: 900_000,
  pauseMs: 1_000,
};

/** The server refused the request, and another attempt would not change that (not found, not allowed). */
class RequestRefused extends ActionError {}

/**
 * Downloads to `path`. If `path` already has a part of the file and the server can resume, the rest is appended. Does not
 * verify the bytes.
 *
 * @param signal ends the download; its reason is then thrown
 * @throws ActionError naming the URL, after the last attempt, or at once if the host does not exist, the server refuses
 * the request, or the file cannot be written
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
      const isFinal = error instanceof RequestRefused || isUnknownHost(error) || attempt === limits.attempts;
      if (isFinal) throw new ActionError(`${url} cannot be downloaded.`, { cause: error });
      log.info(`${url}: attempt ${attempt} of ${limits.attempts} failed. Retrying ...`);
      const pauseMs = limits.pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random());
      await sleep(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => {});
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
  const partBytes = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  const watchdog = new Watchdog(limits.stallMs);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([
        watchdog.signal,
        AbortSignal.timeout(limits.totalMs),
        ...(signal ? [signal] : []),
      ]),
      headers: partBytes > 0 ? { Range: `bytes=${partBytes}-` } : {},
    });
    // The server has no bytes after the part, so the file may be complete. The caller's hash decides.
    if (response.status === 416) return;
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const Failure = response.status < 500 && response.status !== 429 ? RequestRefused : ActionError;
      throw new Failure(`The server responded with ${response.status} ${response.statusText}.`);
    }
    const resumes = response.status === 206;
    const totalBytes = Number(response.headers.get('content-length') ?? 0) + (resumes ? partBytes : 0);
    await pipeline(
      Readable.fromWeb(response.body as import('node:stream/web').ReadableStream),
      logProgress(url, totalBytes, resumes ? partBytes : 0, log, watchdog),
      createWriteStream(path, { flags: resumes ? 'a' : 'w' }),
    );
  } finally {
    watchdog.stop();
  }
}

/** Passes bytes through, logs the progress every two seconds, and resets the watchdog. */
function logProgress(
  url: string,
  totalBytes: number,
  startBytes: number,
  log: Logger,
  watchdog: Watchdog,
): Transform {
  let receivedBytes = startBytes;
  let loggedAt = performance.now();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      watchdog.reset();
      if (performance.now() - loggedAt > 2_000) {
        loggedAt = performance.now();
        const total = totalBytes > 0 ? ` of ${megabytes(totalBytes)}` : '';
        log.info(`${url}: ${megabytes(receivedBytes)}${total}`);
      }
      done(null, chunk);
    },
  });
}

/** Aborts its signal if it is not reset in time. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #stallMs: number;
  #timer: NodeJS.Timeout;

  constructor(stallMs: number) {
    this.#stallMs = stallMs;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    const reason = new Error(`The server sent no byte for ${this.#stallMs / 1000} s.`);
    return setTimeout(() => this.#controller.abort(reason), this.#stallMs);
  }
}

function isUnknownHost(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
