import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { readInputs } from './inputs.ts';
import { run } from './run.ts';
import { deflateWithZlib } from './zip/deflate.ts';

await runAction(async (log) => {
  const result = await run(readInputs(), { log, deflate: deflateWithZlib, writeSummary });
  setOutput('zip', result.zip);
  setOutput('manifest', result.manifest);
  setOutput('audit', result.audit);
  setOutput('sbom', result.sbom);
  setOutput('code-sha256', result.codeSha256);
  setOutput('sha256', result.sha256);
  setOutput('size', String(result.size));
  setOutput('unzipped-size', String(result.unzippedSize));
});
