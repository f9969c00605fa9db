import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { isLoopback, readInputs } from '../../../actions/publish-layer/src/inputs.ts';

const { inputs: declared } = parse(readFileSync('actions/publish-layer/action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string; required?: boolean }>;
};

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

test('with only its layers named, a run publishes to the 22 regions, public, for provided.al2023', () => {
  const inputs = readInputs({});
  expect(inputs.regions).toHaveLength(22);
  expect(inputs).toMatchObject({
    layers: ['output/php-82.zip'],
    roleToAssume: undefined,
    audience: 'sts.amazonaws.com',
    sessionName: 'publish-layer-local',
    expectedAccount: undefined,
    visibility: 'public',
    isDryRun: false,
    compatibleRuntimes: ['provided.al2023'],
    compatibleArchitectures: [],
    description: undefined,
    license: undefined,
    concurrency: 7,
    timeout: 600_000,
    quietPeriod: 60_000,
    output: 'output',
    lambdaEndpoint: undefined,
  });
});

test.each<[string, string, RegExp]>([
  ['layers', '', /"layers" must list at least one item/],
  ['regions', 'mars', /"regions" must list regions of AWS Lambda/],
  ['regions', '', /"regions" must list at least one item/],
  ['role-to-assume', 'publisher', /"role-to-assume" must be the ARN of a role, .*got "publisher"/],
  ['role-to-assume', 'arn:aws-cn:iam::123456789012:role/p', /must be of the partition of the regions, aws;/],
  ['audience', '', /"audience" is required/],
  ['expected-account', '12345', /"expected-account" must be the 12 digits of an account; got "12345"/],
  ['visibility', 'shared', /"visibility" must be one of public, private; got "shared"/],
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
  ['concurrency', '0', /"concurrency" must be a whole number from 1 to 50; got "0"/],
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
  expect(readInputs(both).lambdaEndpoint).toBe('http://127.0.0.1:2');
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
