import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { isLoopback } from '#lib/aws/endpoints.ts';
import { brefRegionCount, testRegions } from '../../../../tests/fixtures/regions.ts';
import { Problems } from '../../src/inputs/problems.ts';
import { type Inputs, readInputs } from '../../src/inputs.ts';

const { inputs: declared } = parse(readFileSync('actions/publish-layer/action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string; required?: boolean }>;
};
const readme = readFileSync('actions/publish-layer/README.md', 'utf8');
const { outputs } = parse(readFileSync('actions/publish-layer/action.yml', 'utf8')) as {
  outputs: Record<string, unknown>;
};

/** Sets inputs like GitHub, with the defaults of action.yml. */
function setInputs(values: Record<string, string>): void {
  for (const [name, { default: fallback }] of Object.entries(declared)) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, values[name] ?? fallback ?? '');
  }
}

function read(environment: NodeJS.ProcessEnv = {}): Inputs {
  const problems = new Problems();
  const inputs = readInputs(problems, environment, testRegions);
  problems.assertNone();
  return inputs;
}

const role = 'arn:aws:iam::123456789012:role/publish-layers';

beforeEach(() => setInputs({ layers: 'output/php-82.zip' }));
afterEach(() => {
  vi.unstubAllEnvs();
});

test('the defaults publish privately to the group bref', () => {
  const inputs = read();
  expect(inputs.regions).toHaveLength(brefRegionCount);
  expect(inputs).toMatchObject({
    layers: ['output/php-82.zip'],
    layerName: undefined,
    optionalRegions: new Set(),
    access: { visibility: 'private', grants: [] },
    role: undefined,
    strangerRole: undefined,
    expectedAccount: undefined,
    isDryRun: false,
    compatibleRuntimes: undefined,
    compatibleArchitectures: undefined,
    description: undefined,
    license: undefined,
    republishOnMetadata: false,
    alignVersions: false,
    alignLimit: 10,
    previousVersions: undefined,
    maxParallel: 7,
    maxRps: 7,
    timeoutMs: 600_000,
    quietPeriodMs: 60_000,
    s3Bucket: undefined,
    output: 'output',
    endpoints: { lambda: undefined, s3: undefined },
  });
});

test.each(Object.keys(declared))('the README has the input %s', (name) => {
  expect(readme).toContain(`| \`${name}\``);
});

test.each(Object.keys(outputs))('the README has the output %s', (name) => {
  expect(readme).toContain(`| \`${name}\``);
});

test.each<[string, string, RegExp]>([
  ['layers', '', /"layers" must list at least one item/],
  ['layer-name', 'my layer', /"layer-name" must be 1 to 140 letters, .*; got "my layer"/],
  ['regions', 'mars', /"regions" must list regions of AWS Lambda/],
  ['regions', '', /"regions" must list at least one item/],
  ['regions', 'eu-west-1 cn-north-1', /"regions" must stay within one partition/],
  ['optional-regions', 'eu-wset-1', /"optional-regions" must list regions .*did you mean eu-west-1/],
  [
    'optional-regions',
    'me-south-1',
    /"optional-regions" must name only regions that are also in "regions"; got "me-south-1"/,
  ],
  ['role-to-assume', 'publisher', /"role-to-assume" must be the ARN of a role, .*got "publisher"/],
  ['role-to-assume', 'arn:aws-cn:iam::123456789012:role/p', /must be in the partition of the regions, aws;/],
  ['stranger-role', 'arn:aws:iam::123456789012:user/p', /"stranger-role" must be the ARN of a role/],
  ['role-session-name', 'me', /"role-session-name" requires "role-to-assume", which is not set/],
  ['role-session-name', 'a b', /"role-session-name" must be 2 to 64 letters, digits or/],
  ['role-duration', '3600', /"role-duration" requires "role-to-assume", which is not set/],
  ['role-duration', '60', /"role-duration" must be a whole number of seconds from 900 to 43200; got "60"/],
  ['audience', 'sts.amazonaws.com', /"audience" requires "role-to-assume", which is not set/],
  ['expected-account', '12345', /"expected-account" must be the 12 digits of an account; got "12345"/],
  ['visibility', 'everyone', /"visibility" must be one of public, private, shared; got "everyone"/],
  ['visibility', 'shared', /"visibility" is "shared", which requires "principals" or "organization-id"/],
  ['principals', '210987654321', /require `visibility: shared`; got `visibility: private`/],
  ['principals', '*', /Use `visibility: public` to grant everyone/],
  [
    'principals',
    'me',
    /"principals" must list accounts as 12 digits or arn:aws:iam::<12 digits>:root; got "me"/,
  ],
  ['principals', 'arn:aws-cn:iam::210987654321:root', /"principals" must list accounts/],
  ['principals', '210987654321:root', /"principals" must list accounts/],
  [
    'organization-id',
    'o-1',
    /"organization-id" must be "o-" and 10 to 32 lowercase letters or digits; got "o-1"/,
  ],
  ['dry-run', 'yes', /"dry-run" must be one of true, false/],
  ['republish-on-metadata', '1', /"republish-on-metadata" must be one of true, false/],
  ['align-versions', 'on', /"align-versions" must be one of true, false/],
  ['align-limit', '0', /"align-limit" must be a whole number from 1 to 100; got "0"/],
  [
    'compatible-runtimes',
    'PHP',
    /"compatible-runtimes" must list runtimes such as provided.al2023; got "PHP"/,
  ],
  ['compatible-runtimes', 'provided.al2023 provided.al2023', /at most 15 runtimes, each once/],
  ['compatible-runtimes', Array.from({ length: 16 }, (_, i) => `r${i}`).join(' '), /at most 15 runtimes/],
  ['compatible-architectures', 'x86', /must list x86_64 or arm64 or both; got "x86"/],
  ['description', 'd'.repeat(257), /"description" must have at most 256 characters; got 257: "d/],
  ['license', 'l'.repeat(513), /"license" must have at most 512 characters; got 513: "l/],
  ['max-parallel', '0', /"max-parallel" must be a whole number from 1 to 50; got "0"/],
  ['max-rps', '16', /"max-rps" must be a whole number from 1 to 15; got "16"/],
  ['timeout', '5', /"timeout" must be a whole number from 10 to 7200; got "5"/],
  ['quiet-period', '-1', /"quiet-period" must be a whole number from 0 to 600; got "-1"/],
  ['quiet-period', '600', /"quiet-period" must be shorter than "timeout"; got "600"/],
  ['s3-bucket', 'My_Bucket-{region}', /"s3-bucket" must be 3 to 63 of a-z, 0-9, "-" and "\." after/],
  ['s3-bucket', 'layers', /"s3-bucket" must contain \{region\}.*got "layers"/],
  ['output', '', /"output" is required/],
])('the input %s refuses %j', (name, value, message) => {
  setInputs({ layers: 'output/php-82.zip', [name]: value });
  expect(() => read()).toThrow(message);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'a role of an unexpected account',
    { 'role-to-assume': role, 'expected-account': '210987654321' },
    /"role-to-assume" is a role of account 123456789012, but "expected-account" is 210987654321/,
  ],
  [
    'a stranger role of the same account',
    { visibility: 'public', 'role-to-assume': role, 'stranger-role': role },
    /"stranger-role" must belong to a different account/,
  ],
  [
    'a stranger role for private layers',
    { 'stranger-role': role },
    /"stranger-role" checks that another account can read the layers, but "visibility" is private/,
  ],
  [
    'an organization for a public layer',
    { visibility: 'public', 'organization-id': 'o-0123456789' },
    /require `visibility: shared`; got `visibility: public`/,
  ],
  [
    'an account twice',
    { visibility: 'shared', principals: '210987654321 arn:aws:iam::210987654321:root' },
    /"principals" must list each account once/,
  ],
])('refuses contradictory inputs: %s', (_, inputs, message) => {
  setInputs({ layers: 'output/php-82.zip', ...inputs });
  expect(() => read()).toThrow(message);
});

test('reports all problems together', () => {
  setInputs({ layers: '', regions: 'eu-wset-1', 'role-to-assume': 'me', visibility: 'all', timeout: 'long' });
  expect(() => read({ AWS_ENDPOINT_URL: 'moto' })).toThrow(
    /^6 problems were found, and nothing was sent:\n- .*"regions"[\s\S]*- .*"timeout"[\s\S]*- .*"visibility"[\s\S]*- .*"layers"[\s\S]*- .*"role-to-assume"[\s\S]*- AWS_ENDPOINT_URL_LAMBDA/,
  );
});

describe('access', () => {
  test('public is one statement for everyone, with the id that Bref has always used', () => {
    setInputs({ layers: 'a.zip', visibility: 'public' });
    expect(read().access.grants).toEqual([{ statementId: 'public', principal: '*' }]);
  });

  test('shared is a statement per account, and one for the organization', () => {
    setInputs({
      layers: 'a.zip',
      visibility: 'shared',
      principals: '210987654321, arn:aws:iam::123456789012:root',
      'organization-id': 'o-0123456789',
    });
    expect(read().access.grants).toEqual([
      { statementId: 'account-210987654321', principal: '210987654321' },
      { statementId: 'account-123456789012', principal: '123456789012' },
      { statementId: 'organization-o-0123456789', principal: '*', organization: 'o-0123456789' },
    ]);
  });
});

describe('a role', () => {
  test.each([
    ['eu-west-1', 'aws', 'sts.amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'sts.amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'sts.amazonaws.com'],
    ['eusc-de-east-1', 'aws-eusc', 'sts.amazonaws.com'],
  ])('for %s is in the partition %s and has the audience %s', (region, partition, audience) => {
    const arn = `arn:${partition}:iam::123456789012:role/p`;
    setInputs({ layers: 'a.zip', regions: region, 'role-to-assume': arn });
    expect(read({ GITHUB_RUN_ID: '7' }).role).toEqual({
      arn,
      audience,
      sessionName: 'publish-layer-7',
      durationSeconds: 3600,
    });
  });

  test('has the audience, session name and duration of the inputs', () => {
    const session = { audience: 'me', 'role-session-name': 'release', 'role-duration': '7200' };
    setInputs({ layers: 'a.zip', 'role-to-assume': role, ...session });
    expect(read().role).toEqual({
      arn: role,
      audience: 'me',
      sessionName: 'release',
      durationSeconds: 7200,
    });
  });
});

test('optional regions may be a group with more regions than "regions"', () => {
  setInputs({ layers: 'a.zip', regions: 'eu-west-1 af-south-1', 'optional-regions': 'opt-in' });
  expect(read().optionalRegions.has('af-south-1')).toBe(true);
  expect(read().optionalRegions.has('eu-west-1')).toBe(false);
});

test('the bucket of a single region needs no {region}', () => {
  setInputs({ layers: 'a.zip', regions: 'eu-west-1', 's3-bucket': 'layers' });
  expect(read().s3Bucket).toBe('layers');
});

test("a service's own endpoint has priority over the general one", () => {
  const both = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:2' };
  expect(read(both).endpoints).toEqual({ lambda: 'http://127.0.0.1:2', s3: 'http://127.0.0.1:1' });
});

describe('isLoopback', () => {
  test.each([
    [undefined, false],
    ['http://127.0.0.1:5000', true],
    ['http://127.8.9.10', true],
    ['http://localhost:5000/', true],
    ['http://[::1]:5000', true],
    ['https://lambda.eu-west-1.amazonaws.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://localhost.example.com', false],
    ['http://127.0.0.1@example.com', false],
    ['http://10.0.0.1', false],
  ])('%s: %s', (endpoint, expected) => {
    expect(isLoopback(endpoint)).toBe(expected);
  });
});
