import type { Region } from '#lib/aws/regions.ts';

const region = (name: string, properties: Partial<Region> = {}): Region => ({
  name,
  partition: 'aws',
  optIn: false,
  bref: false,
  paused: false,
  ...properties,
});

/** Regions of the group `bref`, in order. */
const published: readonly Region[] = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'eu-west-1'],
  ...['eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1', 'ap-south-1', 'ap-northeast-1'],
  ...['ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
]
  .map((name) => region(name, { bref: true }))
  .concat(
    ['af-south-1', 'ap-east-1', 'ap-southeast-3', 'eu-south-1', 'eu-south-2'].map((name) =>
      region(name, { bref: true, optIn: true }),
    ),
  );

/** Number of regions of the group `bref` in `testRegions`. */
export const brefRegionCount = published.length;

/** The tests' own list of regions, so that a new line in lib/aws/regions.json breaks no test. */
export const testRegions: readonly Region[] = [
  ...published,
  region('il-central-1', { optIn: true }),
  region('me-central-1', { optIn: true, bref: true, paused: true }),
  region('me-south-1', { optIn: true, paused: true }),
  region('cn-north-1', { partition: 'aws-cn' }),
  region('cn-northwest-1', { partition: 'aws-cn' }),
  region('us-gov-east-1', { partition: 'aws-us-gov' }),
  region('us-gov-west-1', { partition: 'aws-us-gov' }),
  region('eusc-de-east-1', { partition: 'aws-eusc' }),
];
