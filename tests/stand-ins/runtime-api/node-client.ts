import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { AwsClient } from './aws-client.ts';

/** Integrity hash as npm publishes it. */
const pinned = {
  name: 'aws-lambda-ric',
  version: '4.0.2',
  sha512: 'FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==',
};

/**
 * The client's native part, which an install script would compile, receives events and sends responses that are not
 * streamed. It is replaced by an empty module: an option makes the client receive events in JavaScript, and JavaScript
 * always sends streamed responses.
 */
const preload = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve: (name, context, next) =>
    name.endsWith('/rapid-client.node') ? { url: 'absent:native', shortCircuit: true } : next(name, context),
  load: (url, context, next) =>
    url === 'absent:native'
      ? { format: 'commonjs', source: 'module.exports = {}', shortCircuit: true }
      : next(url, context),
});
`;

/**
 * Streams the `parts` of an event, as HTTP if the event has a `prelude`, and throws at the end if it has an `error`.
 */
const handler = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.prelude) stream = awslambda.HttpResponseStream.from(stream, event.prelude);
  for (const part of event.parts) stream.write(part);
  if (event.error) throw new TypeError(event.error);
  stream.end();
});
`;

/**
 * Fetches AWS's runtime client for Node.js and creates a function that uses it.
 *
 * @throws Error if npm cannot fetch the client, or its hash is wrong
 */
export async function fetchNodeClient(folder: string, run: Run): Promise<AwsClient> {
  const { name, version } = pinned;
  await run(['npm', 'pack', `${name}@${version}`, '--pack-destination', folder, '--silent']);
  const archive = join(folder, `${name}-${version}.tgz`);
  const sha512 = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (sha512 !== pinned.sha512)
    throw new Error(`${name} ${version} must have the SHA-512 ${pinned.sha512}; got ${sha512}.`);
  await mkdir(join(folder, name));
  await run(['tar', '-xzf', archive, '-C', join(folder, name), '--strip-components=1']);
  await writeFile(join(folder, 'preload.mjs'), preload);
  await writeFile(join(folder, 'handler.mjs'), handler);
  return {
    command: [process.execPath, '--import', join(folder, 'preload.mjs'), join(folder, name, 'index.mjs')],
    environment: {
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'handler.handler',
    },
  };
}
