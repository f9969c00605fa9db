import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const subject = process.env['INPUT_SUBJECT-PATH'] ?? '';
const sbom = process.env['INPUT_SBOM-PATH'] ?? '';
const folder = join(process.env.REHEARSAL_FOLDER ?? '', 'attestations');
mkdirSync(folder, { recursive: true });
const kind = sbom === '' ? 'provenance' : 'sbom';
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [
    {
      name: basename(subject),
      digest: { sha256: createHash('sha256').update(readFileSync(subject)).digest('hex') },
    },
  ],
  predicateType: sbom === '' ? 'https://slsa.dev/provenance/v1' : 'https://cyclonedx.org/bom',
  predicate:
    sbom === ''
      ? { buildDefinition: { externalParameters: { ref: process.env.GITHUB_REF } } }
      : JSON.parse(readFileSync(sbom, 'utf8')),
};
writeFileSync(join(folder, `${basename(subject)}.${kind}.json`), JSON.stringify(statement));
console.log(`Attested ${subject} (${kind})`);
