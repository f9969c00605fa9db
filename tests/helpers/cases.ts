import type { Sandbox } from '#lib/sandbox/container.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import type { Inputs } from '../../actions/test-layer/src/inputs.ts';

/** Settings of a case by action.yml's defaults. */
export const settings: FunctionSettings = {
  environment: {},
  timeout: 60,
  memory: 1024,
  temporarySpace: 512,
  cpuShare: false,
};

/** Inputs by action.yml's defaults. A test states only the inputs that matter to it. */
export const defaults: Omit<Inputs, 'layers' | 'tests'> = {
  cpu: 'x86',
  target: 'emulator',
  baseOs: 'auto',
  filter: undefined,
  settings,
  expectedOverlaps: [],
  rie: undefined,
  role: undefined,
  region: undefined,
  report: undefined,
  cacheFolder: '.cache',
};

export const sandbox: Sandbox = {
  docker: '/usr/bin/docker',
  image: 'bref/test-root-debian-12:x86-0123456789ab',
  cpu: 'x86',
  opt: '/tmp/test/opt',
  rie: '/cache/aws-lambda-rie-x86_64',
  limits: { memory: true, swap: true, cpu: true },
  label: 'test-layer=1',
};
