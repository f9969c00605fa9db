import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { isLoopback } from '../../../../actions/publish-layer/src/inputs/endpoints.ts';
import { type Inputs, readInputs as read } from '../../../../actions/publish-layer/src/inputs/inputs.ts';
import { Problems } from '../../../../actions/publish-layer/src/inputs/problems.ts';

const { inputs: declared } = parse(readFileSync('actions/publish-layer/action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string; required?: boolean }>;
};

/** The inputs where nothing is wrong with them; else all that is, in one error. */
function readInputs(environment: NodeJS.ProcessEnv): Inputs {
  const problems = new Problems();
  const inputs = read(problems, environment);
  problems.assertNone();
  return inputs;
}

/** Sets inputs as GitHub does: action.yml's defaults, and what the test gives. */
function give(given: Record<string, string>): void {
  for (const [name, { default: fallback }] of Object.entries(declared)) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, given[name] ?? fallback ?? '');
  }
}

beforeEach(() => give({ layers: 'output/php-82.zip' }));
afterEach(() => {
  vi.unstubAllEnvs();
});

test('with only its layers named, a run publishes to the 22 regions, for the own account alone', () => {
  const inputs = readInputs({});
  expect(inputs.regions).toHaveLength(22);
  expect(inputs).toMatchObject({
    layers: ['output/php-82.zip'],
    role: undefined,
    expectedAccount: undefined,
    access: { visibility: 'private', grants: [] },
    isDryRun: false,
    compatibleRuntimes: undefined,
    compatibleArchitectures: undefined,
    description: undefined,
    license: undefined,
    republishOnMetadata: false,
    alignVersions: false,
    maxParallel: 7,
    maxRps: 7,
    timeout: 600_000,
    quietPeriod: 60_000,
    s3Bucket: undefined,
    output: 'output',
    endpoints: { lambda: undefined, s3: undefined },
  });
});

test('a role brings its session, with the audience of its partition', () => {
  const arn = 'arn:aws:iam::123456789012:role/publish-layers';
  give({ layers: 'a.zip', 'role-to-assume': arn });
  expect(readInputs({ GITHUB_RUN_ID: '7' }).role).toEqual({
    arn,
    audience: 'sts.amazonaws.com',
    sessionName: 'publish-layer-7',
    duration: 3600,
  });
  const china = 'arn:aws-cn:iam::123456789012:role/publish-layers';
  give({ layers: 'a.zip', regions: 'aws-cn', 'role-to-assume': china });
  expect(readInputs({}).role?.audience).toBe('sts.amazonaws.com.cn');
});

test.each([
  ['public', {}, [{ statementId: 'public', principal: '*' }]],
  ['private', {}, []],
  [
    'shared',
    { principals: '123456789012 arn:aws:iam::210987654321:root', 'organization-id': 'o-abcdefghij' },
    [
      { statementId: 'account-123456789012', principal: '123456789012' },
      { statementId: 'account-210987654321', principal: '210987654321' },
      { statementId: 'organization-o-abcdefghij', principal: '*', organization: 'o-abcdefghij' },
    ],
  ],
])('visibility %s stands for these grants', (visibility, more, grants) => {
  give({ layers: 'a.zip', visibility, ...more });
  expect(readInputs({}).access).toEqual({ visibility, grants });
});

test('all that is wrong is told at once', () => {
  give({ layers: '', regions: 'mars', 'max-parallel': '0' });
  expect(() => readInputs({})).toThrow(
    /^3 things are wrong, and nothing was sent:\n- .*"regions".*\n- .*"layers".*\n- .*"max-parallel"/,
  );
});

test.each<[string, string, RegExp]>([
  ['layers', '', /"layers" must list at least one item/],
  ['regions', 'mars', /"regions" must list regions of AWS Lambda/],
  ['regions', '', /"regions" must list at least one item/],
  ['role-to-assume', 'publisher', /"role-to-assume" must be the ARN of a role, .*got "publisher"/],
  ['role-to-assume', 'arn:aws-cn:iam::123456789012:role/p', /must be of the partition of the regions, aws;/],
  ['audience', 'sts.amazonaws.com', /"audience"/],
  ['role-duration', '60', /"role-duration"/],
  ['principals', '*', /for everyone there is `visibility: public`; got "\*"/],
  ['principals', '12345', /must list accounts as 12 digits/],
  ['principals', '123456789012', /go with `visibility: shared`; got `visibility: private`/],
  ['organization-id', 'abc', /must be "o-" and 10 to 32 letters or digits; got "abc"/],
  ['optional-regions', 'eu-central-2', /must name regions that are in "regions" too; got "eu-central-2"/],
  ['align-limit', '0', /"align-limit" must be a whole number from 1 to 100; got "0"/],
  ['align-versions', 'maybe', /"align-versions" must be one of true, false/],
  ['republish-on-metadata', 'maybe', /"republish-on-metadata" must be one of true, false/],
  ['max-rps', '16', /"max-rps" must be a whole number from 1 to 15; got "16"/],
  ['s3-bucket', 'layers', /must have \{region\} in it/],
  ['s3-bucket', 'Layers-{region}', /must be 3 to 63 of a-z, 0-9/],
  ['stranger-role', 'somebody', /"stranger-role" must be the ARN of a role/],
  ['expected-account', '12345', /"expected-account" must be the 12 digits of an account; got "12345"/],
  ['visibility', 'shared', /"visibility" needs "principals" or "organization-id" with it; got "shared"/],
  ['visibility', 'open', /"visibility" must be one of public, private, shared; got "open"/],
  ['dry-run', 'yes', /"dry-run" must be one of true, false/],
  [
    'compatible-runtimes',
    'PHP',
    /"compatible-runtimes" must list runtimes such as provided.al2023; got "PHP"/,
  ],
  ['compatible-runtimes', 'provided.al2023 provided.al2023', /at most 15 runtimes, each once/],
  ['compatible-runtimes', Array.from({ length: 16 }, (_, i) => `r${i}`).join(' '), /at most 15 runtimes/],
  ['compatible-architectures', 'x86', /must list x86_64 or arm64 or both; got "x86"/],
  ['description', 'd'.repeat(257), /"description" must have at most 256 characters, not 257/],
  ['license', 'l'.repeat(513), /"license" must have at most 512 characters, not 513/],
  ['max-parallel', '0', /"max-parallel" must be a whole number from 1 to 50; got "0"/],
  ['timeout', '5', /"timeout" must be a whole number from 10 to 7200; got "5"/],
  ['quiet-period', '-1', /"quiet-period" must be a whole number from 0 to 600; got "-1"/],
  ['quiet-period', '600', /"quiet-period" must be shorter than "timeout"; got "600"/],
  ['output', '', /"output" is required/],
])('the input %s refuses %j', (name, value, message) => {
  give({ layers: 'output/php-82.zip', [name]: value });
  expect(() => readInputs({})).toThrow(message);
});

test('an endpoint that is no URL is refused', () => {
  expect(() => readInputs({ AWS_ENDPOINT_URL: 'moto' })).toThrow(/must be a URL .*got "moto"/);
});

test('the endpoint for Lambda goes before the one for all services', () => {
  const both = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:2' };
  expect(readInputs(both).endpoints.lambda).toBe('http://127.0.0.1:2');
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
