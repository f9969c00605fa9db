import { invalid, notFound, type PullRequest, type RepositoryState, type Route } from './state.ts';

/** GitHub's endpoints for pull requests. Their branches must be in the same repository. */
export const pullRoutes: Readonly<Record<string, Route>> = {
  'pulls/list': ({ repository, query, origin }) => {
    const state = query.get('state') ?? 'open';
    const found = repository.pullRequests
      .filter((pull) => state === 'all' || pull.state === state)
      .filter(({ head }) => !query.has('head') || query.get('head') === `${ownerOf(repository)}:${head}`)
      .filter(({ base }) => !query.has('base') || query.get('base') === base);
    return { status: 200, body: found.toReversed().map((pull) => describePull(repository, pull, origin)) };
  },
  'pulls/create': ({ repository, body, origin }) => {
    const [head, base] = [
      repository.git.head(`heads/${body.head}`),
      repository.git.head(`heads/${body.base}`),
    ];
    if (head === undefined || base === undefined)
      return invalid('Validation Failed', 'head or base is invalid');
    if (repository.git.between(base, head).length === 0) {
      return invalid('Validation Failed', `No commits between ${body.base} and ${body.head}`);
    }
    if (
      repository.pullRequests.some(
        (pull) => pull.state === 'open' && pull.head === body.head && pull.base === body.base,
      )
    ) {
      return invalid(
        'Validation Failed',
        `A pull request already exists for ${ownerOf(repository)}:${body.head}.`,
      );
    }
    const pull: PullRequest = {
      number: repository.pullRequests.length + 1,
      head: body.head,
      base: body.base,
      title: body.title,
      body: body.body ?? '',
      state: 'open',
      merged_at: null,
    };
    repository.pullRequests.push(pull);
    return { status: 201, body: describePull(repository, pull, origin) };
  },
  'pulls/update': ({ repository, path: { pull_number: number = '' }, body, origin }) => {
    const pull = repository.pullRequests.find((candidate) => String(candidate.number) === number);
    if (pull === undefined) return notFound;
    Object.assign(pull, body);
    return { status: 200, body: describePull(repository, pull, origin) };
  },
};

function ownerOf({ name }: RepositoryState): string {
  return name.split('/')[0] ?? '';
}

function describePull({ name }: RepositoryState, pull: PullRequest, origin: string): unknown {
  const { number, title, body, state, merged_at, head, base } = pull;
  const page = `${origin}/${name}/pull/${number}`;
  return { number, title, body, state, merged_at, html_url: page, head: { ref: head }, base: { ref: base } };
}
