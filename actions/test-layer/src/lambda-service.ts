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
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import { callAws } from './lambda/faults.ts';

/** Operations of Lambda that the target needs, in one region. A failed operation throws an ActionError that names it. */
export interface LambdaService {
  readonly region: string;
  /** Returns the ARN of the new layer version. It cannot be aborted, because the outcome would be unclear. */
  publishLayer(name: string, zip: Buffer, cpu: Cpu): Promise<string>;
  /** Deletes all versions of a layer, including those from publish requests whose response was lost. */
  deleteLayer(name: string): Promise<void>;
  /** Returns when the function can be invoked. The signal stops only the waiting, not the request. */
  createFunction(wanted: WantedFunction, signal: AbortSignal): Promise<void>;
  invoke(name: string, event: unknown, timeoutMs: number, signal: AbortSignal): Promise<Invoked>;
  /** Succeeds if the function does not exist. */
  deleteFunction(name: string): Promise<void>;
  close(): void;
}

export interface WantedFunction {
  readonly name: string;
  readonly handler: string;
  readonly code: Buffer;
  readonly role: string;
  /** ARNs of layer versions. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  readonly settings: FunctionSettings;
}

export interface Invoked {
  readonly payload: string;
  readonly isError: boolean;
  /** Last 4 KB of the log. */
  readonly log: string;
}

/** Longest time until a new function is active. */
const activationTimeoutSeconds = 120;
const pollIntervalMs = 1000;
/** Log group that all functions share. With the default, each function would leave its own log group behind. */
const logGroup = '/aws/lambda/test-layer';

/** Connects to Lambda. The SDK finds credentials, region and endpoint as AWS's own tools do. */
export async function connectLambda(region: string | undefined): Promise<LambdaService> {
  const config = region === undefined ? {} : { region };
  const client = new LambdaClient({ ...config, maxAttempts: 6 });
  // No retry: an event that is sent twice would change the function's answer to the next one.
  const invoker = new LambdaClient({ ...config, maxAttempts: 1 });
  const place = await callAws('Lambda', () => client.config.region());
  const call = <T>(work: () => Promise<T>) => callAws(`Lambda in ${place}`, work);
  return {
    region: place,
    publishLayer: (name, zip, cpu) => call(() => publishLayer(client, name, zip, cpu)),
    deleteLayer: (name) => call(() => deleteLayer(client, name)),
    createFunction: (wanted, signal) => call(() => createFunction(client, wanted, signal)),
    invoke: (name, event, timeoutMs, signal) =>
      call(() => invoke(invoker, name, event, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))),
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
    Description: 'Temporary layer of a layer test',
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
    Description: 'Temporary function of a layer test',
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
  await waitUntilActive(client, name, signal);
}

/** Replaces the SDK's waiter: after a refusal, the waiter polls until its timeout and does not report the reason. */
async function waitUntilActive(client: LambdaClient, name: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + activationTimeoutSeconds * 1000;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: name }));
    if (Configuration?.State === 'Active') return;
    if (Configuration?.State === 'Failed') {
      throw new ActionError(`Function ${name} failed to start: ${Configuration.StateReason}`);
    }
    await sleep(pollIntervalMs, undefined, { signal });
  }
  throw new ActionError(`Function ${name} is not active after ${activationTimeoutSeconds} s.`);
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
