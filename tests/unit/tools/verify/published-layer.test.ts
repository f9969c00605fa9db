import { expect, test } from 'vitest';
import { parseLayerVersionArn } from '../../../../tools/verify/published-layer.ts';

test.each(['aws', 'aws-cn', 'aws-us-gov'])('parses the ARN of a layer version in %s', (partition) => {
  const layerArn = `arn:${partition}:lambda:eu-west-3:123456789012:layer:arm-php-82-fpm`;
  expect(parseLayerVersionArn(`${layerArn}:17`)).toEqual({
    layerArn,
    region: 'eu-west-3',
    name: 'arm-php-82-fpm',
    version: 17,
  });
});

test.each(['output/php-82.zip', 'php-82', './arn.zip'])(
  'returns undefined for %s, which is not an ARN',
  (text) => {
    expect(parseLayerVersionArn(text)).toBeUndefined();
  },
);

test.each([
  'arn:aws:lambda:eu-west-3:123456789012:layer:php-82',
  'arn:aws:lambda:eu-west-3:123456789012:function:php-82',
  'arn:aws:lambda:eu-west-3:1234:layer:php-82:1',
  'arn:aws:s3:::bucket',
])('rejects %s and states the form of the ARN', (text) => {
  expect(() => parseLayerVersionArn(text)).toThrow(
    `"${text}" must be the ARN of a layer version, arn:aws:lambda:<region>:<account>:layer:<name>:<version>.`,
  );
});
