import { createGitHub } from '#lib/github/client.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { readInputs } from './inputs.ts';
import { renderChanges } from './report.ts';
import { run } from './run.ts';
import { readVersions } from './version-files.ts';

await runAction(async (log) => {
  const inputs = readInputs();
  const versions = await readVersions(inputs.versions);
  const { changes, pullRequest } = await run(inputs, versions, {
    github: createGitHub({ ...inputs, log }),
    log,
  });
  setOutput('changed', String(changes.length > 0));
  setOutput('operation', pullRequest?.operation ?? 'none');
  setOutput('pull-request-number', pullRequest?.number.toString() ?? '');
  setOutput('pull-request-url', pullRequest?.url ?? '');
  const link = pullRequest === undefined ? '' : `[#${pullRequest.number}](${pullRequest.url})\n\n`;
  await writeSummary(
    changes.length === 0
      ? `\`${inputs.path}\` already has these layer versions.\n`
      : `### Layer versions in \`${inputs.path}\`\n\n${link}${renderChanges(changes)}\n`,
  );
});
