import { createInterface } from 'node:readline';
import { openLayerSandbox } from '../helpers/layer-sandbox.ts';
import type { Answer } from './gateways.ts';
import { fromWire, type HttpAnswer, type HttpRequest, toWire } from './message.ts';

/** PHP's arrays as lists of pairs: keys and texts in base64. */
export type PhpArray = readonly (readonly [key: string, value: string | PhpArray])[];

/** What a script saw of a request. */
export interface Seen {
  /** $_SERVER, values in base64. */
  readonly server: Readonly<Record<string, string>>;
  readonly get: PhpArray;
  readonly post: PhpArray;
  readonly cookies: PhpArray;
  readonly files: PhpArray;
  readonly input: string;
}

export interface Exchange {
  readonly byEvent: { readonly answer: Answer | { readonly failure: string }; readonly seen: Seen };
  readonly directly: { readonly answer: HttpAnswer; readonly seen: Seen };
}

export interface Php extends AsyncDisposable {
  /** Has one request served both ways. */
  exchange(event: string, request: HttpRequest): Promise<Exchange>;
}

/** Starts relay.php on an FPM layer, as the function runs there. */
export async function startPhp(zip: string): Promise<Php> {
  const { BASE: base, CPU: cpu } = process.env;
  const sandbox = await openLayerSandbox({
    zips: [zip],
    baseOs: base === 'debian-12' || base === 'al2023' ? base : 'auto',
    cpu: cpu === 'arm' ? 'arm' : 'x86',
  });
  const { child, log, end } = sandbox.start(
    ['/opt/bin/php', '/var/task/relay.php'],
    `${import.meta.dirname}/task`,
  );
  if (child.stdin === null || child.stdout === null) throw new Error('relay.php has no pipes');
  const input = child.stdin;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async exchange(event, request) {
      input.write(`${JSON.stringify({ event, http: toWire(request).toString('base64') })}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`relay.php ended:\n${log()}`);
      const { byEvent, directly } = JSON.parse(line.value);
      return {
        byEvent: { ...byEvent, answer: JSON.parse(byEvent.answer) },
        directly: { ...directly, answer: fromWire(Buffer.from(directly.answer, 'base64')) },
      };
    },
    async [Symbol.asyncDispose]() {
      await end();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}
