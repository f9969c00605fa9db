import { getIDToken } from '@actions/core';
import { systemClock } from '#lib/aws/clock.ts';
import { createConnections } from '#lib/aws/connections.ts';
import { assumeRole, assumeRoleWithOidc, findCredentials } from '#lib/aws/credentials.ts';
import { identify } from '#lib/aws/identity.ts';
import { openRegion } from '#lib/aws/open-region.ts';
import { findHomeRegion } from '#lib/aws/regions.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { check } from './check.ts';
import { Problems } from './inputs/problems.ts';
import { readInputs } from './inputs.ts';
import { assertNoneFailed } from './report/failures.ts';
import { renderSummary } from './report/summary.ts';
import { countOutcomes } from './report/table.ts';
import { run } from './run.ts';

await runAction(async (log) => {
  // An empty AWS_PROFILE, such as from .env, means "not set", but the SDK would look for a profile with an empty name.
  if (process.env.AWS_PROFILE === '') delete process.env.AWS_PROFILE;
  const problems = new Problems();
  const inputs = readInputs(problems);
  const checked = await check(inputs, problems);

  const secrets = createSecrets();
  secrets.add(process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
  const context = { homeRegion: findHomeRegion(inputs.regions), clock: systemClock, secrets };
  const { role, strangerRole } = inputs;
  const credentials = role ? assumeRoleWithOidc(role, getIDToken, context) : findCredentials(context);
  const assumeStranger = (arn: string) =>
    role ? assumeRoleWithOidc({ ...role, arn }, getIDToken, context) : assumeRole(credentials, arn, context);
  const connections = createConnections();
  const opener = {
    connections,
    credentials,
    stranger: strangerRole === undefined ? undefined : assumeStranger(strangerRole),
    secrets,
    endpoints: inputs.endpoints,
    bucket: inputs.s3Bucket,
  };
  const { identity, results, versions, arns } = await run(inputs, checked, {
    log,
    clock: systemClock,
    identify: () => identify(credentials, context),
    openRegion: (region, account, signal) => openRegion(opener, region, account, signal),
  }).finally(() => connections.close());

  const counts = countOutcomes(results);
  setOutput('versions', JSON.stringify(versions));
  setOutput('arns', JSON.stringify(arns));
  for (const [name, count] of Object.entries(counts)) setOutput(name, String(count));
  await writeSummary(renderSummary(results, versions, identity.account));
  assertNoneFailed(results);
});
