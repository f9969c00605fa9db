import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createLambdaModel, type LambdaModel, type ModelResponse } from './lambda-model.ts';

/**
 * Models of AWS over HTTP: Lambda's layers in every region, STS for identities and roles, and S3 for objects. moto lacks
 * GetLayerVersionByArn, organizations and callers of other accounts.
 */
export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  model(region: string): LambdaModel;
  /** Objects by `bucket/key`. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Requests in order, such as `s3 eu-west-1 PUT /bucket/key`. */
  readonly requests: string[];
}

export interface ModelServerOptions {
  /** Called at each step of a request: its head, each part of its body, processing, and before and after its response. */
  onStep?(): void;
  /** Time between the end of a body and the creation of its layer version. */
  readonly publishDelayMs?: number;
}

/** Account of all permanent keys. */
const owner = '123456789012';

export async function startModelServer({
  onStep = () => {},
  publishDelayMs = 0,
}: ModelServerOptions = {}): Promise<ModelServer> {
  const models = new Map<string, LambdaModel>();
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const model = (region: string): LambdaModel => {
    const own = models.get(region) ?? createLambdaModel(region, owner, objects);
    models.set(region, own);
    return own;
  };
  const server = createServer(async (incoming, outgoing) => {
    onStep();
    const body = await readAll(incoming, onStep).catch(() => undefined);
    // A request is not processed if the client disconnects before the end of the body.
    if (body === undefined) return;
    if (publishDelayMs > 0 && isPublish(incoming)) await setTimeout(publishDelayMs);
    onStep();
    const url = new URL(incoming.url ?? '/', 'http://model');
    const [, accessKey = '', region = 'us-east-1', service = 'sts'] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    requests.push(`${service} ${region} ${incoming.method} ${url.pathname}`);
    const caller = /^role-(\d{12})/.exec(accessKey)?.[1] ?? owner;
    if (service === 'sts') {
      respondAsSts(new URLSearchParams(body.toString()), caller, outgoing);
    } else if (service === 's3') {
      respondAsS3(incoming, url.pathname.slice(1), body, objects, outgoing);
    } else {
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: body.toString(),
      };
      const response = model(region).handle(request, caller);
      onStep();
      write(outgoing, response);
    }
    onStep();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    model,
    objects,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isPublish({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url.endsWith('/versions');
}

function write(outgoing: ServerResponse, { status, headers, body }: ModelResponse): void {
  outgoing.writeHead(status, headers);
  outgoing.end(body);
}

/** The access key that a role gets contains the role's account. */
function respondAsSts(form: URLSearchParams, caller: string, outgoing: ServerResponse): void {
  const action = form.get('Action') ?? '';
  const account = /:iam::(\d{12}):role/.exec(form.get('RoleArn') ?? '')?.[1] ?? '';
  const result =
    action === 'GetCallerIdentity'
      ? `<Account>${caller}</Account><UserId>U</UserId><Arn>arn:aws:sts::${caller}:assumed-role/model</Arn>`
      : `<Credentials><AccessKeyId>role-${account}</AccessKeyId><SecretAccessKey>secret-of-${account}</SecretAccessKey>
         <SessionToken>token-of-${account}</SessionToken>
         <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>`;
  outgoing.setHeader('content-type', 'text/xml');
  outgoing.end(
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
}

/** Like S3, refuses content that does not have the announced checksum, and requests that expect another bucket owner. */
function respondAsS3(
  { method, headers }: IncomingMessage,
  path: string,
  body: Buffer,
  objects: Map<string, Buffer>,
  outgoing: ServerResponse,
): void {
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');
  if (headers['x-amz-expected-bucket-owner'] !== owner) {
    outgoing.writeHead(403).end();
  } else if (method === 'PUT' && headers['x-amz-checksum-sha256'] !== sha256(body)) {
    outgoing.writeHead(400).end('<Error><Code>BadDigest</Code></Error>');
  } else if (method === 'PUT') {
    objects.set(path, body);
    outgoing.writeHead(200).end();
  } else {
    const found = objects.get(path);
    if (found === undefined) outgoing.writeHead(404).end();
    else
      outgoing
        .writeHead(200, { 'content-length': found.length, 'x-amz-checksum-sha256': sha256(found) })
        .end();
  }
}

async function readAll(message: IncomingMessage, onPart: () => void): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) {
    parts.push(part as Buffer);
    onPart();
  }
  return Buffer.concat(parts);
}
