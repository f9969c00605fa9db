import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import type { Logger } from '#lib/node/logger.ts';
import { createDeflatePool } from '#lib/zip/deflate.ts';
import { serveDeflate } from '#lib/zip/deflate-worker.ts';
import { libdeflateLevels } from '#lib/zip/levels.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';

// The action is one bundled file, so there is no second file that the threads of the deflate pool could run.
// createDeflatePool starts this file as the worker: the main thread runs the action, every other thread compresses.
if (isMainThread) await runAction(main);
else if (parentPort !== null) serveDeflate(parentPort, workerData);

async function main(log: Logger): Promise<void> {
  const inputs = readInputs(log);
  await using pool = createDeflatePool(libdeflateLevels[inputs.level], new URL(import.meta.url));
  const { columns } = process.stdout;
  const result = await run(inputs, { log, columns, pool, writeSummary });
  setOutput('zip', result.zip);
  setOutput('manifest', result.manifest);
  setOutput('audit', result.audit);
  setOutput('sbom', result.sbom);
  setOutput('code-sha256', result.codeSha256);
  setOutput('sha256', result.sha256);
  setOutput('size', String(result.size));
  setOutput('unzipped-size', String(result.unzippedSize));
}
