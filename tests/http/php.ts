import { createInterface } from 'node:readline';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { openLayerSandbox } from '../fixtures/layer-sandbox.ts';
import type { FunctionResult } from './gateways.ts';
import { fromWire, type HttpRequest, type HttpResponse, toWire } from './message.ts';

/** A PHP array as a list of pairs, with keys and strings in base64. */
export type PhpArray = readonly (readonly [key: string, value: string | PhpArray])[];

/** The variables of a script during a request. */
export interface ScriptVariables {
  /** $_SERVER with values in base64. */
  readonly server: Readonly<Record<string, string>>;
  readonly get: PhpArray;
  readonly post: PhpArray;
  readonly cookies: PhpArray;
  readonly files: PhpArray;
  readonly input: string;
}

export interface Exchange {
  readonly viaEvent: {
    readonly result: FunctionResult | { readonly failure: string };
    readonly variables: ScriptVariables;
  };
  readonly viaHttp: { readonly response: HttpResponse; readonly variables: ScriptVariables };
}

export interface Php extends AsyncDisposable {
  /** Sends one request both ways. */
  exchange(event: string, request: HttpRequest): Promise<Exchange>;
}

/** Starts relay.php on an FPM layer, in the environment of a function. */
export async function startPhp(zip: string): Promise<Php> {
  const { BASE, CPU } = process.env;
  const sandbox = await openLayerSandbox({
    zips: [zip],
    baseOs: baseOsChoices.find((name) => name === BASE) ?? 'auto',
    cpu: CPU === 'arm' ? 'arm' : 'x86',
  });
  const { child, log, end } = sandbox.start(
    ['/opt/bin/php', '/var/task/relay.php'],
    `${import.meta.dirname}/task`,
  );
  if (child.stdin === null || child.stdout === null) throw new Error('relay.php has no pipes.');
  const input = child.stdin;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async exchange(event, request) {
      input.write(`${JSON.stringify({ event, http: toWire(request).toString('base64') })}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`relay.php ended:\n${log()}`);
      const { viaEvent, viaHttp } = JSON.parse(line.value);
      return {
        viaEvent: { ...viaEvent, result: JSON.parse(viaEvent.result) },
        viaHttp: { ...viaHttp, response: fromWire(Buffer.from(viaHttp.response, 'base64')) },
      };
    },
    async [Symbol.asyncDispose]() {
      await end();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}
