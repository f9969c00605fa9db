/**
 * Turns the page, which lists every layer, into one that shows the layer that is chosen. The markup is the only data:
 * without this script everything is there to be read.
 */
import {
  type Choice,
  choiceNames,
  describeEnd,
  formatHash,
  isChosen,
  type ListedLayer,
  type Options,
  readHash,
} from './choice.ts';

const remembered = 'choice';
const form = find(document, 'form', HTMLFormElement);
const layers = [...document.querySelectorAll<HTMLElement>('.layer')];
const status = find(document, '#status', HTMLElement);

start();

function start(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-end]')) markEnd(time);
  for (const element of document.querySelectorAll<HTMLElement>('[data-script]')) element.hidden = false;
  for (const element of document.querySelectorAll<HTMLElement>('[data-no-script]')) element.hidden = true;
  choose(location.hash || recall());
  form.addEventListener('input', () => {
    history.replaceState(null, '', formatHash(readForm()));
    show('');
  });
  addEventListener('hashchange', () => choose(location.hash));
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
    button.addEventListener('click', () => copy(button));
  }
}

/** Takes from the address what the page has, and says what it has not. */
function choose(hash: string): void {
  const { choice, unknown } = readHash(hash, readOptions());
  for (const name of choiceNames) {
    const value = choice[name];
    if (value !== undefined) writeControl(name, value);
  }
  show(unknown.length === 0 ? '' : `There is no ${unknown.join(', ')} here; this is something else.`);
}

function show(note: string): void {
  const choice = readForm();
  remember(formatHash(choice));
  const chosen = layers.find((layer) => isChosen(describe(layer), choice));
  for (const layer of layers) layer.hidden = layer !== chosen;
  for (const section of document.querySelectorAll<HTMLElement>('[data-ini]')) {
    section.hidden = section.dataset.ini !== (choice.kind === 'fpm' ? 'fpm' : 'function');
  }
  showArn('arn', chosen, choice);
  // A layer without PHP inside is of use only on top of one that has it.
  const needsBase = chosen !== undefined && chosen.dataset.php === undefined;
  const base = needsBase
    ? layers.find((layer) => isChosen(describe(layer), { ...choice, kind: 'function' }))
    : undefined;
  find(document, '#base', HTMLElement).hidden = base === undefined;
  showArn('base-arn', base, choice);
  status.textContent = note;
  const title = chosen ? `${chosen.id} in ${choice.region}` : 'No such layer';
  document.title = `${title} – PHP layers for AWS Lambda`;
}

function showArn(id: string, layer: HTMLElement | undefined, { region }: Choice): void {
  const arn = layer?.querySelector(`tr[data-region="${CSS.escape(region)}"] code`)?.textContent ?? undefined;
  const code = find(document, `#${id}`, HTMLElement);
  if (arn === undefined) code.textContent = 'Not published: choose another region, kind or CPU.';
  else code.replaceChildren(...breakAtColons(arn));
  const box = code.closest('.answer');
  box?.classList.toggle('missing', arn === undefined);
  for (const button of box?.querySelectorAll('button') ?? []) {
    button.disabled = arn === undefined;
    button.textContent = 'Copy';
  }
  const title = find(document, `#${id}-title`, HTMLElement);
  title.textContent = layer ? `${layer.id} in ${region}` : `No such layer in ${region}`;
}

/** An ARN that is too long for a line is broken where a reader expects it, and not inside `us-east-1`. */
function breakAtColons(arn: string): readonly Node[] {
  return arn.split(/(?<=:)/).flatMap((part) => {
    const span = document.createElement('span');
    span.className = 'part';
    span.textContent = part;
    return [span, document.createElement('wbr')];
  });
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const code = find(document, `#${button.dataset.copies}`, HTMLElement);
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    button.textContent = 'Copied';
    // Emptied first, so that a second copy is announced as well.
    status.textContent = '';
    requestAnimationFrame(() => {
      status.textContent = `Copied ${code.textContent}`;
    });
  } catch {
    getSelection()?.selectAllChildren(code);
    status.textContent =
      'The browser does not let this page copy. The ARN is selected: copy it with the keyboard.';
  }
}

function markEnd(time: HTMLTimeElement): void {
  const end = describeEnd(time.dateTime, new Date());
  if (end === undefined) return;
  const note = document.createElement('span');
  note.className = end === 'over' ? 'end over' : 'end';
  note.textContent = end;
  time.after(' ', note);
}

function describe({ dataset }: HTMLElement): ListedLayer {
  return { php: dataset.php, kind: dataset.kind ?? '', cpu: dataset.cpu ?? '' };
}

function readOptions(): Options {
  const values = (name: string) =>
    [
      ...form.querySelectorAll<HTMLInputElement | HTMLOptionElement>(
        `[name=${name}]:not(select), [name=${name}] option`,
      ),
    ].map(({ value }) => value);
  return { php: values('php'), kind: values('kind'), cpu: values('cpu'), region: values('region') };
}

function readForm(): Choice {
  const data = new FormData(form);
  const value = (name: string) => String(data.get(name) ?? '');
  return { php: value('php'), kind: value('kind'), cpu: value('cpu'), region: value('region') };
}

function writeControl(name: keyof Choice, value: string): void {
  const control = form.elements.namedItem(name);
  if (control instanceof RadioNodeList || control instanceof HTMLSelectElement) control.value = value;
}

/** A browser may refuse to keep anything; then nothing is remembered. */
function remember(hash: string): void {
  try {
    localStorage.setItem(remembered, hash);
  } catch {}
}

function recall(): string {
  try {
    return localStorage.getItem(remembered) ?? '';
  } catch {
    return '';
  }
}

function find<T extends Element>(root: ParentNode, selector: string, type: new () => T): T {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${selector}.`);
}
