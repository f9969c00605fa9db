import type { Sandbox } from '#lib/sandbox/container.ts';
import type { Settings } from '../../actions/test-layer/src/cases/options.ts';
import type { Inputs } from '../../actions/test-layer/src/inputs.ts';

/** What action.yml's defaults say of a case. */
export const settings: Settings = {
  environment: {},
  timeout: 60,
  memory: 1024,
  temporarySpace: 512,
  cpuShare: false,
};

/** What action.yml's defaults say of a run, but for what it is about: a test states only what matters to it. */
export const defaults: Omit<Inputs, 'layers' | 'tests'> = {
  cpu: 'x86',
  target: 'emulator',
  base: 'auto',
  filter: undefined,
  settings,
  entrypoint: undefined,
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
