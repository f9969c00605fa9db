import { getIDToken } from '@actions/core';
import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { createCredentialProvider, identify } from './credentials.ts';
import { readInputs } from './inputs.ts';
import { createLambdaClient, createLayerService } from './lambda.ts';
import { findHomeRegion } from './regions.ts';
import { assertNoneFailed, renderSummary } from './report.ts';
import { systemClock } from './retry.ts';
import { run } from './run.ts';

await runAction(async (log) => {
  // A line of .env that was left blank means "not set"; the SDK would look for a profile with no name.
  if (process.env.AWS_PROFILE === '') delete process.env.AWS_PROFILE;
  const inputs = readInputs();
  const homeRegion = findHomeRegion(inputs.regions);
  const credentials = createCredentialProvider(inputs, homeRegion, getIDToken);
  const endpoint = inputs.lambdaEndpoint;
  const { identity, results, versions } = await run(inputs, {
    log,
    clock: systemClock,
    identify: () => identify(credentials, homeRegion, inputs.expectedAccount),
    openRegion: (region, signal) =>
      createLayerService(
        createLambdaClient({ region, credentials, ...(endpoint !== undefined && { endpoint }) }),
        signal,
      ),
  });
  setOutput('versions', JSON.stringify(versions));
  await writeSummary(renderSummary(results, identity.account));
  assertNoneFailed(results);
});
