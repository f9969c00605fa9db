import { getIDToken } from '@actions/core';
import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { createCredentialProvider, identify } from './aws/credentials.ts';
import { createLambdaClient, createLayerService } from './aws/lambda.ts';
import { findHomeRegion } from './aws/regions.ts';
import { systemClock } from './aws/retry.ts';
import { readInputs } from './inputs.ts';
import { assertNoneFailed, renderSummary } from './report/report.ts';
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
