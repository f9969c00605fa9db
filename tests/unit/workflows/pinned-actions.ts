/** Release of another repository's action, as its own `action.yml` describes it. */
export interface PinnedAction {
  readonly action: string;
  readonly version: string;
  readonly commit: string;
  /** Runtime: `node24`, or `composite` for a list of steps. */
  readonly runs: string;
  /** Actions of a composite action, each with its runtime. */
  readonly uses?: Readonly<Record<string, string>>;
  readonly source: string;
}

/** GitHub removed Node 20 from its runners in autumn 2026: https://github.blog/changelog/2025-09-19-deprecation-of-node-20-on-github-actions-runners */
const supportedRuntimes = ['node24'];

/** Lists known actions whose runtime GitHub's runners do not have. */
export function findOldRuntimes(known: readonly PinnedAction[]): readonly string[] {
  return known.flatMap(({ action, version, runs, uses = {} }) => {
    const runtimes = runs === 'composite' ? Object.values(uses) : [runs];
    const old = runtimes.filter((runtime) => !supportedRuntimes.includes(runtime));
    if (runs === 'composite' && runtimes.length === 0) old.push('nothing');
    return old.map(
      (runtime) => `${action} ${version} runs on ${runtime}; runners have ${supportedRuntimes.join(', ')}.`,
    );
  });
}

/** Lists actions of other repositories that a workflow does not pin to the known commit and version. */
export function findUnknownPins(workflow: string, known: readonly PinnedAction[]): readonly string[] {
  return listUses(workflow).flatMap(({ action, ref, comment }) => {
    const match = known.find((candidate) => candidate.action === action);
    const expected = match && `${match.commit} # v${match.version}`;
    const actual = comment === undefined ? ref : `${ref} # ${comment}`;
    if (actual === expected) return [];
    return [
      `${action}@${actual} is not the known release; pinned-actions.json has ${expected ?? 'no such action'}.`,
    ];
  });
}

/** Lists actions of other repositories that a page does not name by the known major version. */
export function findOldMajors(page: string, known: readonly PinnedAction[]): readonly string[] {
  return listUses(page).flatMap(({ action, ref }) => {
    const match = known.find((candidate) => candidate.action === action);
    const expected = match && `v${match.version.split('.')[0]}`;
    return ref === expected ? [] : [`${action}@${ref} is not ${expected ?? 'a known action'}.`];
  });
}

interface Use {
  readonly action: string;
  readonly ref: string;
  readonly comment: string | undefined;
}

/** Lists the actions of other repositories that a text uses. */
function listUses(text: string): readonly Use[] {
  return [...text.matchAll(/uses: *["']?([\w.-]+\/[^@\s"']+)@([^\s"',}]+)["']?(?: +# *(\S+))?/g)]
    .map(([, action = '', ref = '', comment]) => ({ action, ref, comment }))
    .filter(({ action }) => !action.startsWith('brefphp/aws-lambda-layers/'));
}
