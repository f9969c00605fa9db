import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseVersions } from '#lib/layer/published-versions.ts';
import type { GitHubServer } from '../helpers/github/server.ts';

export interface Rehearsed {
  /** Folder of artifacts and attestations. */
  readonly results: string;
  /** Address of the API server that stood in for AWS. */
  readonly moto: string;
  /** Host and port of the registry of images. */
  readonly registry: string;
  readonly github: GitHubServer;
  readonly tag: string;
  /** The repository that is released. */
  readonly own: string;
  /** Of the tokens that the run asked for. */
  readonly audiences: readonly string[];
  /** What may be nowhere in what came out. */
  readonly secrets: readonly string[];
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly isComplete: boolean;
}

/** What came out of a release, link by link; what is missing is marked. */
export async function describeOutcome(rehearsed: Rehearsed): Promise<Outcome> {
  const links = [
    checkLayers(rehearsed),
    checkAttestations(rehearsed),
    await checkPublished(rehearsed),
    await checkImages(rehearsed),
    checkRelease(rehearsed),
    checkPullRequest(rehearsed),
    checkDispatch(rehearsed),
    checkTag(rehearsed),
    checkCatalogue(rehearsed),
    checkServers(rehearsed),
  ];
  const width = Math.max(...links.map(([name]) => name.length));
  return {
    lines: links.map(
      ([name, isThere, what]) => `${isThere ? 'ok     ' : 'MISSING'}  ${name.padEnd(width)}  ${what}`,
    ),
    isComplete: links.every(([, isThere]) => isThere),
  };
}

type Link = readonly [name: string, isThere: boolean, what: string];

const layers = ['php-82', 'php-82-fpm', 'console'];

function checkLayers({ results }: Rehearsed): Link {
  const zips = globSync(join(results, 'artifacts/layers-*/*.zip')).map((path) => basename(path, '.zip'));
  return ['layers, built and tested', same(zips, layers), zips.join(', ')];
}

function checkAttestations({ results }: Rehearsed): Link {
  const made = readdirSync(join(results, 'attestations'));
  const wanted = layers.flatMap((layer) => [`${layer}.zip.provenance.json`, `${layer}.zip.sbom.json`]);
  return ['attestations (what would be signed)', same(made, wanted), `${made.length} statements`];
}

/** By asking the server itself, not by what the run said. */
async function checkPublished({ results, moto, audiences }: Rehearsed): Promise<Link> {
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
      const answer = await fetch(`${moto}/2018-10-31/layers/${layer}/versions/${number}/policy`, {
        headers: { authorization },
      });
      return answer.ok && /"Principal":\s*"\*"/.test(((await answer.json()) as { Policy: string }).Policy);
    }),
  );
  const count = isPublic.filter(Boolean).length;
  const what = `${count} of ${all.length} versions public, in ${new Set(all.map(({ region }) => region)).size} regions, by ${audiences.length} OIDC tokens`;
  return [
    'published',
    all.length === layers.length * 22 && count === all.length && audiences.length > 0,
    what,
  ];
}

async function checkImages({ registry, tag }: Rehearsed): Promise<Link> {
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
  const wanted = names.map((name) => `bref/${name}`);
  return [
    'images pushed',
    same(repositories, wanted) && tags.every((own) => same(own, ['2', tag])),
    `${repositories.join(', ')}, each :2 and :${tag}`,
  ];
}

function checkRelease({ github, own, tag }: Rehearsed): Link {
  const release = github.repository(own).releases.find((candidate) => candidate.tag === tag);
  const files = release?.assets.map(({ name }) => name) ?? [];
  const wanted = [
    ...layers.flatMap((layer) => [`${layer}.zip`, `${layer}.manifest.json`, `${layer}.sbom.json`]),
    'arns.md',
    'versions.json',
  ];
  return [
    'GitHub release',
    release?.draft === false && same(files, wanted),
    `${tag} with ${files.length} files`,
  ];
}

function checkPullRequest({ github }: Rehearsed): Link {
  const { pullRequests, git } = github.repository('brefphp/bref');
  const [pull] = pullRequests;
  const file =
    pull === undefined ? undefined : git.file(`refs/heads/${pull.head}`, 'layers.json')?.content.toString();
  const proposed = JSON.parse(file ?? '{}') as Record<string, Record<string, number>>;
  const isRight =
    same(Object.keys(proposed), ['php-81', ...layers]) &&
    layers.every((layer) => Object.keys(proposed[layer] ?? {}).length === 22);
  return [
    'pull request in brefphp/bref',
    pullRequests.length === 1 && isRight,
    `#${pull?.number} "${pull?.title}"`,
  ];
}

function checkDispatch({ github }: Rehearsed): Link {
  const { runs } = github.repository('brefphp/layers.js');
  return ['release of brefphp/layers.js', runs.length === 1, `${runs.length} run of ${runs[0]?.workflow}`];
}

function checkCatalogue({ results }: Rehearsed): Link {
  const [page] = globSync(join(results, 'pages/index.html'));
  const html = page === undefined ? '' : readFileSync(page, 'utf8');
  const arns = new Set(html.match(/arn:aws:lambda:[a-z0-9-]+:123456789012:layer:[\w-]+:\d+/g));
  return ['catalogue', arns.size === layers.length * 22, `${arns.size} ARNs on its page`];
}

function checkTag({ github, own, tag }: Rehearsed): Link {
  const { git } = github.repository(own);
  const [major, release] = [git.head('tags/v2'), git.resolve(`refs/tags/${tag}`)];
  return ['tag v2', major !== undefined && major === release, `${major?.slice(0, 7)}, as ${tag}`];
}

/** GitHub's description of its API allows every request; no token is in what came out. */
function checkServers({ github, results, secrets }: Rehearsed): Link {
  const texts = globSync(join(results, '**/*.{json,md}')).map((path) => readFileSync(path, 'utf8'));
  const leaked = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
  const wrong = [...github.violations, ...leaked.map((secret) => `leaked: ${secret}`)];
  return [
    'requests as GitHub describes them, no token leaked',
    wrong.length === 0,
    wrong.join('; ') || `${github.calls.length} requests`,
  ];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}
