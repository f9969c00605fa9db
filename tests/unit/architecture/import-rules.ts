import type { ImportGraph } from './import-graph.ts';

export interface Violation {
  readonly importer: string;
  readonly imported: string;
  readonly rule: string;
}

/** Lists the imports that break a boundary between the folders. See docs/architecture.md, "Rules". */
export function findViolations(graph: ImportGraph): readonly Violation[] {
  return [...graph].flatMap(([importer, imports]) =>
    imports.flatMap((imported) => {
      const rule = findBrokenRule(importer, imported);
      return rule === undefined ? [] : [{ importer, imported, rule }];
    }),
  );
}

function findBrokenRule(importer: string, imported: string): string | undefined {
  const [area = ''] = importer.split('/');
  const [target = ''] = imported.split('/');
  if (!['actions', 'lib', 'tools', 'tests', 'bench'].includes(target)) return undefined;
  const isTest = area === 'tests' || /^actions\/[^/]+\/tests\//.test(importer);
  if (target === 'actions') {
    if (area === 'actions' && actionOf(importer) === actionOf(imported)) return undefined;
    if (area === 'actions') return 'An action never imports another action.';
    if (area === 'lib') return 'lib imports no action.';
    const isIndexLevel = /^actions\/[^/]+\/src\/[^/]+$/.test(imported);
    return isIndexLevel ? undefined : 'Only modules directly in src/ of an action are imported from outside.';
  }
  if (target === 'tools') return area === 'tools' || isTest ? undefined : 'Only tests import tools.';
  if (target === 'tests')
    return isTest || area === 'bench' ? undefined : 'Only tests and benches import tests.';
  if (target === 'bench') return area === 'bench' || isTest ? undefined : 'Only tests import benches.';
  return undefined;
}

function actionOf(path: string): string | undefined {
  return path.split('/')[1];
}

/** Lists the groups of files that import each other in a circle (strongly connected components, by Tarjan). */
export function findCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    let low = order.size - 1;
    stack.push(file);
    for (const imported of graph.get(file) ?? []) {
      if (!order.has(imported)) low = Math.min(low, visit(imported));
      else if (stack.includes(imported)) low = Math.min(low, order.get(imported) ?? low);
    }
    if (low === order.get(file)) {
      const component = stack.splice(stack.indexOf(file));
      if (component.length > 1 || graph.get(file)?.includes(file)) cycles.push(component);
    }
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return cycles;
}
