/**
 * Turns the page, which lists every layer, into a page that shows only the selected layer. All data is in the markup, so
 * the page is complete without this script.
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

const storageKey = 'choice';
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

/** Selects the values in the address that are available, and reports all others. */
function choose(hash: string): void {
  const { choice, unknown } = readHash(hash, readOptions());
  for (const name of choiceNames) {
    const value = choice[name];
    if (value !== undefined) writeControl(name, value);
  }
  show(unknown.length === 0 ? '' : `${unknown.join(', ')} is not available. Another layer is shown.`);
}

function show(note: string): void {
  const choice = readForm();
  remember(formatHash(choice));
  const chosen = layers.find((layer) => isChosen(describe(layer), choice));
  for (const layer of layers) layer.hidden = layer !== chosen;
  showArn('arn', chosen, choice);
  // A layer without PHP works only on top of a layer with PHP.
  const needsLowerLayer = chosen !== undefined && chosen.dataset.php === undefined;
  const lowerLayer = needsLowerLayer
    ? layers.find((layer) => isChosen(describe(layer), { ...choice, kind: 'function' }))
    : undefined;
  find(document, '#lower-layer', HTMLElement).hidden = lowerLayer === undefined;
  showArn('lower-layer-arn', lowerLayer, choice);
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

/** Lets a long ARN wrap after its colons, instead of inside a part such as `us-east-1`. */
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
    // Cleared first, so that a screen reader also announces a second copy.
    status.textContent = '';
    requestAnimationFrame(() => {
      status.textContent = `Copied ${code.textContent}`;
    });
  } catch {
    getSelection()?.selectAllChildren(code);
    status.textContent =
      'The browser does not let this page copy. The ARN is selected; copy it with the keyboard.';
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

/** Stores the selection for the next visit, unless the browser blocks storage. */
function remember(hash: string): void {
  try {
    localStorage.setItem(storageKey, hash);
  } catch {}
}

function recall(): string {
  try {
    return localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}

function find<T extends Element>(root: ParentNode, selector: string, type: new () => T): T {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The page has no element ${selector}.`);
}
