import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Repository whose workflows the rehearsals run. */
export const rehearsedRepository = 'brefphp/aws-lambda-layers';

/** Writes the event of a workflow run as a file for act and returns its path. */
export function writeEvent(folder: string, event: Readonly<Record<string, unknown>>): string {
  const path = join(folder, 'event.json');
  const [owner, name] = rehearsedRepository.split('/');
  const repository = { full_name: rehearsedRepository, name, owner: { login: owner } };
  writeFileSync(path, JSON.stringify({ ...event, repository }));
  return path;
}
