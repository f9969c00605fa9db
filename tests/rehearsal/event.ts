import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository whose workflows are rehearsed. */
export const own = 'brefphp/aws-lambda-layers';

/** The file of an event of that repository, for act. */
export function writeEvent(folder: string, event: Readonly<Record<string, unknown>>): string {
  const path = join(folder, 'event.json');
  const [owner, name] = own.split('/');
  const repository = { full_name: own, name, owner: { login: owner } };
  writeFileSync(path, JSON.stringify({ ...event, repository }));
  return path;
}
