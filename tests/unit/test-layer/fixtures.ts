import type { Settings } from '../../../actions/test-layer/src/cases/options.ts';
import type { Sandbox } from '../../../actions/test-layer/src/sandbox/container.ts';

/** What action.yml's defaults say of a case. */
export const settings: Settings = {
  environment: {},
  timeout: 60,
  memory: 1024,
  temporarySpace: 512,
  cpuShare: false,
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
