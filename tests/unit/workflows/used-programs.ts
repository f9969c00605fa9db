import { readSyntaxNodes, type SyntaxNode } from '#lib/dev-tools/typescript-ast.ts';

const programName = /^[a-z0-9][\w.+-]*$/;
const runners = /^(run|execute|startCommand|(spawn|execFile)(Sync)?)$/;

/** Lists the programs that a TypeScript file runs by a literal name. */
export function listProgramsOfModule(path: string): readonly string[] {
  return [...readSyntaxNodes(path)].flatMap(findCommand).map(readProgram).filter(isProgram);
}

/** Returns the argument that starts a process, or the command that an arrow function returns. */
function findCommand(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.type === 'ArrowFunctionExpression') {
    const { elements } = node.body as { readonly elements?: readonly SyntaxNode[] };
    const hasOption = elements?.some((element) => /^-\w/.test(readText(element) ?? ''));
    return hasOption ? [node.body as SyntaxNode] : [];
  }
  if (node.type !== 'CallExpression') return [];
  const callee = node.callee as SyntaxNode;
  const [argument] = node.arguments as readonly SyntaxNode[];
  const starts =
    runners.test(nameOf(callee)) || nameOf(callee.callee as SyntaxNode | undefined) === 'promisify';
  // Our own `run` takes an array.
  const isCommand = argument?.type === 'ArrayExpression' || nameOf(callee) !== 'run';
  return starts && isCommand && argument !== undefined ? [argument] : [];
}

function nameOf(node: SyntaxNode | undefined): string {
  return String(node?.name ?? '');
}

function readProgram(command: SyntaxNode): string | undefined {
  return readText(
    command.type === 'ArrayExpression' ? (command.elements as readonly SyntaxNode[])[0] : command,
  );
}

function readText(node: SyntaxNode | undefined | null): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function isProgram(name: string | undefined): name is string {
  return name !== undefined && programName.test(name);
}

const notPrograms =
  /^(if|then|else|elif|fi|for|in|while|until|do|done|case|esac|echo|cd|exit|test|printf|set|export|:)$/;

/** Lists the programs at the start of each command of a shell script. Builtins of the shell are left out. */
export function listProgramsOfScript(script: string): readonly string[] {
  const commands = script
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/'[^']*'/g, "''")
    // A text without commands of its own.
    .replaceAll(/"(?:\\.|[^"$\\]|\$(?!\())*"/g, '""')
    .replaceAll('$(', '\n')
    .split(/\n|;|&&|\|\|?|[{()}]/);
  return commands
    .map(firstWord)
    .filter(isProgram)
    .filter((word) => !notPrograms.test(word));
}

/** Returns the first word of a command that is no keyword, negation or assignment. */
function firstWord(command: string): string | undefined {
  const words = command.trim().split(/\s+/);
  if (words[0] === 'for' || words[0] === 'case') return undefined;
  const word = words.find((text) => !/^(if|then|else|elif|while|until|do|!|sudo|env|\w+=\S*)$/.test(text));
  return word?.replaceAll(/["']/g, '');
}

/** Lists the Ubuntu packages that a script installs. */
export function listInstalledPackages(script: string): readonly string[] {
  return [...script.matchAll(/apt-get install ([^\n&|;]+)/g)].flatMap(([, words = '']) =>
    words.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-')),
  );
}
