import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../../actions/shared/command.ts';

/** AWS's runtime client for Node.js, as npm has it. */
const client = {
  name: 'aws-lambda-ric',
  version: '4.0.2',
  sha512: 'FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==',
};

/**
 * Its native part, which an install script would compile, only gets events and sends answers that are not streamed. A
 * switch of its own lets JavaScript get events; streamed answers are always sent by JavaScript.
 */
const preload = `
import { registerHooks } from 'node:module';
const url = 'data:text/javascript,export default {}';
registerHooks({
  resolve: (name, context, next) => name.endsWith('/rapid-client.node') ? { url: 'client:native', shortCircuit: true } : next(name, context),
  load: (name, context, next) => name === 'client:native'
    ? { format: 'commonjs', source: 'module.exports = {}', shortCircuit: true } : next(name, context),
});
`;

/** Arguments for `node` and an environment that make it a function whose handler is `<folder>/handler.mjs`. */
export interface NodeClient {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Fetches the client into a folder. @throws Error where it cannot be had, or is not the one that is pinned */
export async function fetchNodeClient(folder: string, run: Run): Promise<NodeClient> {
  const { name, version } = client;
  await run(['npm', 'pack', `${name}@${version}`, '--pack-destination', folder, '--silent']);
  const archive = join(folder, `${name}-${version}.tgz`);
  const sha512 = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (sha512 !== client.sha512) throw new Error(`${name} ${version} has the SHA-512 ${sha512}`);
  await mkdir(join(folder, name));
  await run(['tar', '-xzf', archive, '-C', join(folder, name), '--strip-components=1']);
  await writeFile(join(folder, 'preload.mjs'), preload);
  return {
    args: ['--import', join(folder, 'preload.mjs'), join(folder, name, 'index.mjs'), 'handler.handler'],
    environment: {
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test',
      AWS_LAMBDA_LOG_STREAM_NAME: 'test',
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'handler.handler',
    },
  };
}
