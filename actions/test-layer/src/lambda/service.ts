import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Settings } from '../cases/options.ts';
import { explained } from './faults.ts';

/** What the target needs of Lambda, in one region. Every call throws an ActionError that names it. */
export interface LambdaService {
  readonly region: string;
  /** The ARN of the new version. Not to be stopped midway: nobody would know what became of it. */
  publishLayer(name: string, zip: Buffer, cpu: Cpu): Promise<string>;
  /** Deletes every version of a layer, also one that is there although the answer to its publishing was lost. */
  deleteLayer(name: string): Promise<void>;
  /** Returns when the function can be invoked. The signal stops the waiting only, not the request. */
  createFunction(wanted: WantedFunction, signal: AbortSignal): Promise<void>;
  /** @param limit milliseconds */
  invoke(name: string, event: unknown, limit: number, signal: AbortSignal): Promise<Invoked>;
  /** A function that is not there is as good as deleted. */
  deleteFunction(name: string): Promise<void>;
  close(): void;
}

export interface WantedFunction {
  readonly name: string;
  readonly handler: string;
  readonly code: Buffer;
  readonly role: string;
  /** ARNs. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  readonly settings: Settings;
}

export interface Invoked {
  readonly payload: string;
  readonly isError: boolean;
  /** The last 4 KB of what was logged. */
  readonly log: string;
}

/** Seconds in which a new function must be there to be invoked. */
const activationTime = 120;
/** Milliseconds between two questions whether it is. */
const activationPoll = 1000;
/** The one log group of all functions: without it, each would leave one of its own behind if the role may make it. */
const logGroup = '/aws/lambda/test-layer';

/** The SDK finds credentials, region and endpoint as AWS's own tools do. */
export async function connectLambda(region: string | undefined): Promise<LambdaService> {
  const config = region === undefined ? {} : { region };
  const client = new LambdaClient({ ...config, maxAttempts: 6 });
  // An event that is sent twice, since its answer was lost, would make the next one's answer another.
  const invoker = new LambdaClient({ ...config, maxAttempts: 1 });
  const place = await explained('Lambda', () => client.config.region());
  const call = <T>(work: () => Promise<T>) => explained(`Lambda in ${place}`, work);
  return {
    region: place,
    publishLayer: (name, zip, cpu) => call(() => publishLayer(client, name, zip, cpu)),
    deleteLayer: (name) => call(() => deleteLayer(client, name)),
    createFunction: (wanted, signal) => call(() => createFunction(client, wanted, signal)),
    invoke: (name, event, limit, signal) =>
      call(() => invoke(invoker, name, event, AbortSignal.any([signal, AbortSignal.timeout(limit)]))),
    deleteFunction: (name) => call(() => deleteFunction(client, name)),
    close: () => {
      client.destroy();
      invoker.destroy();
    },
  };
}

async function publishLayer(client: LambdaClient, name: string, zip: Buffer, cpu: Cpu): Promise<string> {
  const command = new PublishLayerVersionCommand({
    LayerName: name,
    Description: 'Temporary: a test of this layer',
    Content: { ZipFile: zip },
    CompatibleArchitectures: [cpuNames[cpu].aws],
  });
  const { LayerVersionArn } = await client.send(command);
  return LayerVersionArn ?? '';
}

async function deleteLayer(client: LambdaClient, name: string): Promise<void> {
  const { LayerVersions = [] } = await client.send(new ListLayerVersionsCommand({ LayerName: name }));
  for (const { Version } of LayerVersions) {
    await client.send(new DeleteLayerVersionCommand({ LayerName: name, VersionNumber: Version }));
  }
}

async function createFunction(
  client: LambdaClient,
  { name, handler, code, role, layers, cpu, settings }: WantedFunction,
  signal: AbortSignal,
): Promise<void> {
  const { _HANDLER: _handler, ...variables } = settings.environment;
  const command = new CreateFunctionCommand({
    FunctionName: name,
    Description: 'Temporary: one test of a layer',
    Runtime: 'provided.al2023',
    Architectures: [cpuNames[cpu].aws],
    Role: role,
    Handler: handler,
    Code: { ZipFile: code },
    Layers: [...layers],
    Timeout: settings.timeout,
    MemorySize: settings.memory,
    EphemeralStorage: { Size: settings.temporarySpace },
    Environment: { Variables: variables },
    LoggingConfig: { LogGroup: logGroup },
  });
  await client.send(command);
  await untilActive(client, name, signal);
}

/** The SDK's own waiter goes on asking when it is refused, until its time is over, and does not say why. */
async function untilActive(client: LambdaClient, name: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + activationTime * 1000;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: name }));
    if (Configuration?.State === 'Active') return;
    if (Configuration?.State === 'Failed') {
      throw new ActionError(`Function ${name} failed to start: ${Configuration.StateReason}`);
    }
    await sleep(activationPoll, undefined, { signal });
  }
  throw new ActionError(`Function ${name} is not active after ${activationTime} s.`);
}

async function invoke(
  client: LambdaClient,
  name: string,
  event: unknown,
  signal: AbortSignal,
): Promise<Invoked> {
  const command = new InvokeCommand({
    FunctionName: name,
    LogType: 'Tail',
    Payload: Buffer.from(JSON.stringify(event)),
  });
  const { Payload, FunctionError, LogResult } = await client.send(command, { abortSignal: signal });
  return {
    payload: Buffer.from(Payload ?? []).toString(),
    isError: FunctionError !== undefined,
    log: Buffer.from(LogResult ?? '', 'base64').toString(),
  };
}

async function deleteFunction(client: LambdaClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteFunctionCommand({ FunctionName: name }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
