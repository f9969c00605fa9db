import { expect, test } from 'vitest';
import { compileExtensions } from '../../binaries/pecl-extensions.ts';
import { readPins } from '../../binaries/pins.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';

test('an extension without sources is rejected before anything is downloaded', async () => {
  const pins = { ...readPins('debian-8.5'), extensions: { apcu: '5.1.24', apc: '3.0.0' } };
  await expect(compileExtensions(pins, [], silentLogger())).rejects.toThrow(
    'The pins of debian-8.5 compile the extension "apc", which php-85/sources.json does not have. Correct "extensions".',
  );
});
