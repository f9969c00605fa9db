import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseVersions } from '#lib/layer/published-versions.ts';
import type { GitHubServer } from '../stand-ins/github/server.ts';

export interface Rehearsal {
  /** Folder of artifacts and attestations. */
  readonly results: string;
  /** Address of moto, the stand-in for AWS. */
  readonly motoUrl: string;
  /** Host and port of the image registry. */
  readonly registry: string;
  readonly github: GitHubServer;
  readonly tag: string;
  /** Released repository, as owner/name. */
  readonly repository: string;
  /** Audiences of the OIDC tokens that the run requested. */
  readonly audiences: readonly string[];
  /** Requests to the stand-in for php.net. */
  readonly phpNetRequests: readonly string[];
  /** Whether the release stopped when php.net announced a newer security release. */
  readonly isRefused: boolean;
  /** Tokens that no result may contain. */
  readonly secrets: readonly string[];
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly isComplete: boolean;
}

/** Checks each result of a release and describes it in a line. Missing results are marked. */
export async function describeOutcome(rehearsal: Rehearsal): Promise<Outcome> {
  const checks = [
    checkSecurityReleases(rehearsal),
    checkLayers(rehearsal),
    checkAttestations(rehearsal),
    await checkPublished(rehearsal),
    await checkImages(rehearsal),
    checkRelease(rehearsal),
    checkPullRequest(rehearsal),
    checkDispatch(rehearsal),
    checkTag(rehearsal),
    checkCatalogue(rehearsal),
    checkServers(rehearsal),
  ];
  const width = Math.max(...checks.map(([name]) => name.length));
  return {
    lines: checks.map(
      ([name, isOk, detail]) => `${isOk ? 'ok     ' : 'MISSING'}  ${name.padEnd(width)}  ${detail}`,
    ),
    isComplete: checks.every(([, isOk]) => isOk),
  };
}

type Check = readonly [name: string, isOk: boolean, detail: string];

const layers = ['php-82', 'php-82-fpm', 'console'];

/** The release asks twice: for the pins, and for the PHP that was built. */
function checkSecurityReleases({ phpNetRequests, isRefused }: Rehearsal): Check {
  return [
    'security releases of PHP',
    isRefused && phpNetRequests.length === 2,
    `an outdated PHP was ${isRefused ? '' : 'not '}refused; ${phpNetRequests.length} requests to php.net`,
  ];
}

function checkLayers({ results }: Rehearsal): Check {
  const zips = globSync(join(results, 'artifacts/layers-*/*.zip')).map((path) => basename(path, '.zip'));
  return ['layers built and tested', haveSameItems(zips, layers), zips.join(', ')];
}

function checkAttestations({ results }: Rehearsal): Check {
  const actual = readdirSync(join(results, 'attestations'));
  const expected = layers.flatMap((layer) => [`${layer}.zip.provenance.json`, `${layer}.zip.sbom.json`]);
  return ['attestations (unsigned)', haveSameItems(actual, expected), `${actual.length} statements`];
}

/** Asks the AWS stand-in for the grants, because the output of the run proves nothing. */
async function checkPublished({ results, motoUrl, audiences }: Rehearsal): Promise<Check> {
  const versions = globSync(join(results, 'artifacts/versions-*/versions.json')).map(
    (path) => parseVersions(readFileSync(path, 'utf8')) ?? {},
  );
  const all = versions
    .flatMap((entry) => Object.entries(entry))
    .flatMap(([layer, regions]) =>
      Object.entries(regions).map(([region, number]) => ({ layer, region, number })),
    );
  const isPublic = await Promise.all(
    all.map(async ({ layer, region, number }) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/lambda/aws4_request, SignedHeaders=host, Signature=0`;
      const response = await fetch(`${motoUrl}/2018-10-31/layers/${layer}/versions/${number}/policy`, {
        headers: { authorization },
      });
      return (
        response.ok && /"Principal":\s*"\*"/.test(((await response.json()) as { Policy: string }).Policy)
      );
    }),
  );
  const count = isPublic.filter(Boolean).length;
  const detail = `${count} of ${all.length} layer versions public, in ${new Set(all.map(({ region }) => region)).size} regions, by ${audiences.length} OIDC tokens`;
  return [
    'published',
    all.length === layers.length * 22 && count === all.length && audiences.length > 0,
    detail,
  ];
}

async function checkImages({ registry, tag }: Rehearsal): Promise<Check> {
  const { repositories } = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as {
    repositories: string[];
  };
  const tags = await Promise.all(
    repositories.map(
      async (name) =>
        ((await (await fetch(`http://${registry}/v2/${name}/tags/list`)).json()) as { tags: string[] }).tags,
    ),
  );
  const names = ['build-php-82', 'php-82', 'php-82-fpm', 'php-82-console', 'php-82-fpm-dev'];
  const expected = names.map((name) => `bref/${name}`);
  return [
    'images pushed',
    haveSameItems(repositories, expected) && tags.every((items) => haveSameItems(items, ['2', tag])),
    `${repositories.join(', ')}, each with the tags 2 and ${tag}`,
  ];
}

function checkRelease({ github, repository, tag }: Rehearsal): Check {
  const release = github.repository(repository).releases.find((candidate) => candidate.tag === tag);
  const files = release?.assets.map(({ name }) => name) ?? [];
  const expected = [
    ...layers.flatMap((layer) => [`${layer}.zip`, `${layer}.manifest.json`, `${layer}.sbom.json`]),
    'arns.md',
    'versions.json',
  ];
  return [
    'GitHub release',
    release?.draft === false && haveSameItems(files, expected),
    `${tag} with ${files.length} files`,
  ];
}

function checkPullRequest({ github }: Rehearsal): Check {
  const { pullRequests, git } = github.repository('brefphp/bref');
  const [pull] = pullRequests;
  const file =
    pull === undefined ? undefined : git.file(`refs/heads/${pull.head}`, 'layers.json')?.content.toString();
  const proposed = JSON.parse(file ?? '{}') as Record<string, Record<string, number>>;
  const isComplete =
    haveSameItems(Object.keys(proposed), ['php-81', ...layers]) &&
    layers.every((layer) => Object.keys(proposed[layer] ?? {}).length === 22);
  return [
    'pull request in brefphp/bref',
    pullRequests.length === 1 && isComplete,
    `#${pull?.number} "${pull?.title}"`,
  ];
}

function checkDispatch({ github }: Rehearsal): Check {
  const { runs } = github.repository('brefphp/layers.js');
  return ['release of brefphp/layers.js', runs.length === 1, `${runs.length} run of ${runs[0]?.workflow}`];
}

function checkCatalogue({ results }: Rehearsal): Check {
  const [page] = globSync(join(results, 'pages/index.html'));
  const html = page === undefined ? '' : readFileSync(page, 'utf8');
  const arns = new Set(html.match(/arn:aws:lambda:[a-z0-9-]+:123456789012:layer:[\w-]+:\d+/g));
  return ['catalogue', arns.size === layers.length * 22, `${arns.size} ARNs on the page`];
}

function checkTag({ github, repository, tag }: Rehearsal): Check {
  const { git } = github.repository(repository);
  const [major, release] = [git.head('tags/v2'), git.resolve(`refs/tags/${tag}`)];
  return [
    'tag v2',
    major !== undefined && major === release,
    `${major?.slice(0, 7)}, the same commit as ${tag}`,
  ];
}

/** Checks that every request fits GitHub's description of its API, and that no result contains a token. */
function checkServers({ github, results, secrets }: Rehearsal): Check {
  const texts = globSync(join(results, '**/*.{json,md}')).map((path) => readFileSync(path, 'utf8'));
  const leaked = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
  const errors = [...github.violations, ...leaked.map((secret) => `leaked: ${secret}`)];
  return [
    'valid requests to GitHub, no token leaked',
    errors.length === 0,
    errors.join('; ') || `${github.calls.length} requests`,
  ];
}

function haveSameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}
