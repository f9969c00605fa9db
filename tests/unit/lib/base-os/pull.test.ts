import { expect, test } from 'vitest';
import { obtainBaseOs } from '#lib/base-os/obtain.ts';
import { findPullFailure } from '#lib/base-os/pull-failures.ts';
import { choosePauseMs, PullError, type PullOptions, pullImage } from '#lib/base-os/registry.ts';
import { CommandError, type Run } from '#lib/node/command.ts';
import { Stopped } from '#lib/node/signals.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { al2023, debian, fakeEngine } from './fake-engine.ts';

const rateExceeded = 'toomanyrequests: Rate exceeded';

/** Options of an engine whose pulls fail with these answers, one after the other, and then succeed. */
function engineWith(...answers: readonly string[]) {
  const log = silentLogger();
  const waits: number[] = [];
  let pulls = 0;
  const run: Run = async () => {
    const answer = answers[pulls++];
    if (answer === undefined) return { exitCode: 0, stdout: '', stderr: '' };
    return { exitCode: 1, stdout: '', stderr: `Error response from daemon: ${answer}\n` };
  };
  const options: PullOptions = {
    run,
    docker: 'docker',
    log,
    wait: async (durationMs) => {
      waits.push(durationMs);
    },
  };
  return { log, waits, options, pulls: () => pulls };
}

test('pulls again after a rate limit, at least a second later, and logs each attempt', async () => {
  const { log, waits, options } = engineWith(rateExceeded, rateExceeded);
  await pullImage(al2023, 'x86', options);
  expect(waits).toHaveLength(2);
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(1000);
  expect(log.lines.map((line) => line.replace(/\d+ s/, 'N s'))).toEqual([
    `Pulling ${al2023} ...`,
    'Attempt 1 of 8 failed: toomanyrequests: Rate exceeded. Pulling again in N s ...',
    'Attempt 2 of 8 failed: toomanyrequests: Rate exceeded. Pulling again in N s ...',
  ]);
});

test('names the attempts, the last answer and the fix if every attempt fails', async () => {
  const { options, pulls } = engineWith('EOF', ...Array<string>(9).fill(rateExceeded));
  const failed = pullImage(al2023, 'x86', options);
  await expect(failed).rejects.toThrow(
    `${al2023} could not be pulled in 8 attempts. The last answer: toomanyrequests: Rate exceeded. ` +
      'The registry limits the rate of anonymous pulls. Log in with `aws ecr-public get-login-password',
  );
  await expect(failed).rejects.toBeInstanceOf(PullError);
  expect(pulls()).toBe(8);
});

// Answers of real registries and engines, with the place of the report.
test.each([
  // aws/aws-lambda-web-adapter#429
  ['toomanyrequests: Rate exceeded', 8],
  // aws/aws-lambda-web-adapter#595
  [
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://public.ecr.aws/v2/a/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: Data limit exceeded',
    1,
  ],
  // docker-library/docker#192
  ['received unexpected HTTP status: 503 Service Unavailable', 8],
  // Skyvern-AI/skyvern#1061
  ['Get "https://public.ecr.aws/v2/": net/http: TLS handshake timeout', 8],
  // supabase/edge-runtime#358
  [
    'Get "https://public.ecr.aws/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    8,
  ],
  // aws/aws-sam-build-images#42
  [
    'Get "https://public.ecr.aws/v2/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    8,
  ],
  ['read tcp 10.0.0.2:4711->10.0.0.3:443: read: connection reset by peer', 8],
  ['Get "https://public.ecr.aws/v2/": EOF', 8],
  ['Get "https://public.ecr.aws/v2/": dial tcp: lookup public.ecr.aws on 10.0.0.2:53: server misbehaving', 4],
  [
    'Get "https://public.ecr.aws/v2/": dial tcp: lookup public.ecr.aws on 10.0.0.2:53: read udp 10.0.0.3:1->10.0.0.2:53: i/o timeout',
    4,
  ],
  ['Get "https://public.ecr.aws/v2/": dial tcp: lookup public.ecr.aws on 10.0.0.2:53: no such host', 4],
  ['Get "https://public.ecr.aws/v2/": dial tcp 10.0.0.3:443: connect: connection refused', 4],
  // aws-ia/taskcat#872
  ['manifest for a:latest not found: manifest unknown: Requested image not found', undefined],
  // aws-samples/amazon-eks-cdk-blue-green-cicd#24
  [
    "repository a not found: name unknown: The repository with name 'b' does not exist in the registry with id 'c'",
    undefined,
  ],
  ['pull access denied for a, repository does not exist or may require docker login: denied', undefined],
  // aws/aws-lambda-base-images#220
  [
    'failed to resolve reference "public.ecr.aws/lambda/provided:al2023": unexpected status from HEAD request to https://public.ecr.aws/v2/lambda/provided/manifests/al2023: 403 Forbidden',
    1,
  ],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', undefined],
  [
    'Cannot connect to the Docker daemon at tcp://10.0.0.2:2375: connection refused. Is the docker daemon running?',
    undefined,
  ],
] as const)('tries %s at most %s times', (answer, attempts) => {
  expect(findPullFailure(`Error response from daemon: ${answer}\n`)?.attempts).toBe(attempts);
});

test('pulls an image that does not exist once, and shows the command', async () => {
  const { options, pulls } = engineWith('manifest unknown: Requested image not found');
  const failed = pullImage(al2023, 'x86', options);
  await expect(failed).rejects.toBeInstanceOf(CommandError);
  await expect(failed).rejects.toThrow(`docker pull --platform linux/amd64 ${al2023}`);
  expect(pulls()).toBe(1);
});

test('does not repeat a pull if the monthly quota is used up, and names the fix', async () => {
  const { options, pulls } = engineWith('toomanyrequests: Data limit exceeded');
  await expect(pullImage(al2023, 'x86', options)).rejects.toThrow(
    `${al2023} could not be pulled. The last answer: toomanyrequests: Data limit exceeded. The registry limits the data`,
  );
  expect(pulls()).toBe(1);
});

test('the bound of the pause doubles up to a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => choosePauseMs(attempt, 0.5))).toEqual([
    2000, 3000, 5000, 9000, 17_000, 31_000, 31_000,
  ]);
  expect(choosePauseMs(1, 0)).toBe(1000);
});

test('a signal ends the pause', async () => {
  const { wait: _, ...options } = engineWith(rateExceeded).options;
  const controller = new AbortController();
  const failed = pullImage(al2023, 'x86', { ...options, signal: controller.signal });
  controller.abort(new Stopped('SIGTERM'));
  await expect(failed).rejects.toThrow('Stopped by SIGTERM.');
});

test.each([
  ['a rate limit', rateExceeded, 3],
  ['a failing registry', 'received unexpected HTTP status: 503 Service Unavailable', 2],
  ['an unreachable registry', 'dial tcp: lookup public.ecr.aws on 10.0.0.2:53: no such host', 1],
])('auto waits for %s only if that is likely to help', async (_, answer, pulls) => {
  await using folder = await temporaryFolder();
  const engine = fakeEngine({ recordFolder: folder.path, images: [debian], registry: [al2023] });
  const failing = engineWith(answer, answer);
  const run: Run = (command) =>
    command[1] === 'pull' && failing.pulls() < 2 ? failing.options.run(command) : engine.options.run(command);
  const baseOs = await obtainBaseOs('auto', 'x86', { ...engine.options, run, wait: async () => {} });
  expect(baseOs.baseOs).toBe(pulls === 3 ? 'al2023' : 'debian-12');
  expect(failing.pulls() + engine.pulled.length).toBe(pulls);
});
