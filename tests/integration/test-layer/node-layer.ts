import { readFile } from 'node:fs/promises';
import type { ZipEntries } from '../../fixtures/workspace.ts';

const bootstrap = `#!/bin/sh
set -e
exec node /opt/runtime.mjs
`;

/** A minimal runtime for handlers in JavaScript. */
const runtime = `
const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const api = 'http://' + AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime';
const post = (path, body) => fetch(api + path, { method: 'POST', body: JSON.stringify(body) });
const describe = (error) => ({ errorType: error.name, errorMessage: error.message });

let handler;
try {
  ({ handler } = await import(LAMBDA_TASK_ROOT + '/' + _HANDLER));
} catch (error) {
  await post('/init/error', describe(error));
  process.exit(1);
}
for (;;) {
  const next = await fetch(api + '/invocation/next');
  const invocation = '/invocation/' + next.headers.get('lambda-runtime-aws-request-id');
  try {
    await post(invocation + '/response', await handler(await next.json()));
  } catch (error) {
    await post(invocation + '/error', describe(error));
  }
}
`;

/** Builds a layer that is not PHP: the running Node with a minimal runtime. */
export async function nodeLayer(): Promise<ZipEntries> {
  return {
    bootstrap: { bytes: bootstrap, mode: 0o100755 },
    'bin/node': { bytes: await readFile(process.execPath), mode: 0o100755 },
    'runtime.mjs': runtime,
  };
}
