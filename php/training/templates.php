<?php

declare(strict_types=1);

// Trains the work of template engines: a lexer and a parser make nodes, a compiler turns them into PHP, which renders
// with contexts, loops, filters, escaping, blocks and output buffers.

final class Lexeme
{
    public function __construct(public readonly string $type, public readonly string $text, public readonly int $line)
    {
    }

    public function is(string $type, ?string $text = null): bool
    {
        return $this->type === $type && ($text === null || $this->text === $text);
    }
}

final class SourceError extends RuntimeException
{
}

final class Lexer
{
    private const TOKENS = '{\s*(?:(?<name>[a-zA-Z_]\w*)|(?<number>\d+(?:\.\d+)?)|(?<string>"[^"]*"|\'[^\']*\')|(?<sign>[=!<>]=|[-+*/%.,|()\[\]:?<>~]))}A';

    /** @return list<Lexeme> */
    public function split(string $source): array
    {
        $lexemes = [];
        $line = 1;
        $at = 0;
        $end = strlen($source);
        while ($at < $end) {
            if (!preg_match('/\{([{%#])/', $source, $match, PREG_OFFSET_CAPTURE, $at)) {
                $lexemes[] = new Lexeme('text', substr($source, $at), $line);
                break;
            }
            $start = $match[0][1];
            if ($start > $at) {
                $text = substr($source, $at, $start - $at);
                $lexemes[] = new Lexeme('text', $text, $line);
                $line += substr_count($text, "\n");
            }
            $kind = $match[1][0];
            $closing = $kind === '{' ? '}}' : $kind . '}';
            $stop = strpos($source, $closing, $start + 2);
            if ($stop === false) {
                throw new SourceError(sprintf('Unclosed "%s" in line %d.', $match[0][0], $line));
            }
            if ($kind !== '#') {
                $lexemes[] = new Lexeme($kind === '{' ? 'print' : 'tag', '', $line);
                $inner = substr($source, $start + 2, $stop - $start - 2);
                $offset = 0;
                $length = strlen(rtrim($inner));
                while ($offset < $length && preg_match(self::TOKENS, $inner, $token, PREG_UNMATCHED_AS_NULL, $offset)) {
                    foreach (['name', 'number', 'string', 'sign'] as $type) {
                        if ($token[$type] !== null) {
                            $lexemes[] = new Lexeme($type, $type === 'string' ? substr($token[$type], 1, -1) : $token[$type], $line);
                            break;
                        }
                    }
                    $offset += strlen($token[0]);
                }
                $lexemes[] = new Lexeme('end', '', $line);
            }
            $at = $stop + 2;
        }
        $lexemes[] = new Lexeme('eof', '', $line);

        return $lexemes;
    }
}

abstract class TemplateNode implements IteratorAggregate, Countable
{
    /** @param array<string|int, TemplateNode> $nodes */
    public function __construct(protected array $nodes = [], protected array $attributes = [], protected int $line = 0)
    {
        foreach ($nodes as $name => $node) {
            if (!$node instanceof self) {
                throw new InvalidArgumentException(sprintf('"%s" of "%s" is no node but "%s".', $name, static::class, get_debug_type($node)));
            }
        }
    }

    public function has(string $name): bool
    {
        return array_key_exists($name, $this->attributes);
    }

    public function get(string $name): mixed
    {
        if (!array_key_exists($name, $this->attributes)) {
            throw new LogicException(sprintf('No "%s" in "%s".', $name, static::class));
        }

        return $this->attributes[$name];
    }

    public function child(string|int $name): TemplateNode
    {
        return $this->nodes[$name] ?? throw new LogicException("No node $name.");
    }

    public function count(): int
    {
        return count($this->nodes);
    }

    public function getIterator(): Traversable
    {
        return new ArrayIterator($this->nodes);
    }

    abstract public function compile(TemplateCompiler $compiler): void;
}

final class Sequence extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        foreach ($this->nodes as $node) {
            $node->compile($compiler);
        }
    }
}

final class Text extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->line($this->line)->write('echo ')->quote($this->get('text'))->raw(";\n");
    }
}

final class Show extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->line($this->line)->write('echo $this->escape(')->node($this->child('value'))->raw(");\n");
    }
}

final class Loop extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $name = $this->get('name');
        $compiler->line($this->line)
            ->write("\$context['_parent'] = \$context;\n")
            ->write("\$context['loop'] = ['index' => 0, 'first' => true];\n")
            ->write('foreach ($this->each(')->node($this->child('list'))->raw(") as \$context['_key'] => \$context['$name']) {\n")
            ->indent()
            ->write("++\$context['loop']['index'];\n")
            ->node($this->child('body'))
            ->write("\$context['loop']['first'] = false;\n")
            ->outdent()
            ->write("}\n")
            ->write("\$parent = \$context['_parent'];\n")
            ->write("unset(\$context['_key'], \$context['$name'], \$context['_parent'], \$context['loop']);\n")
            ->write("\$context = array_intersect_key(\$context, \$parent) + \$parent;\n");
    }
}

final class Choice extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->line($this->line)->write('if (')->node($this->child('test'))->raw(") {\n")->indent()->node($this->child('then'))->outdent();
        if (isset($this->nodes['else'])) {
            $compiler->write("} else {\n")->indent()->node($this->child('else'))->outdent();
        }
        $compiler->write("}\n");
    }
}

final class Assignment extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->line($this->line)->write('$context[')->quote($this->get('name'))->raw('] = ')->node($this->child('value'))->raw(";\n");
    }
}

final class Capture extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->write("ob_start();\n")->node($this->child('body'))
            ->write('$context[')->quote($this->get('name'))->raw("] = new Markup((string) ob_get_clean());\n");
    }
}

final class Literal extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $value = $this->get('value');
        is_string($value) ? $compiler->quote($value) : $compiler->raw(var_export($value, true));
    }
}

final class ListOf extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->raw('[');
        foreach ($this->nodes as $index => $node) {
            $compiler->raw($index > 0 ? ', ' : '')->node($node);
        }
        $compiler->raw(']');
    }
}

final class Name extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->raw('($context[')->quote($this->get('name'))->raw('] ?? null)');
    }
}

final class Member extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->raw('$this->member(')->node($this->child('of'))->raw(', ')->node($this->child('name'))->raw(')');
    }
}

final class Filter extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->raw('$this->filter(')->quote($this->get('name'));
        foreach ($this->nodes as $node) {
            $compiler->raw(', ')->node($node);
        }
        $compiler->raw(')');
    }
}

final class Operation extends TemplateNode
{
    public function compile(TemplateCompiler $compiler): void
    {
        $compiler->raw('(')->node($this->child('left'));
        $compiler->raw(match ($this->get('sign')) {
            '~' => ' . ',
            'and' => ' && ',
            'or' => ' || ',
            default => " {$this->get('sign')} ",
        });
        $compiler->node($this->child('right'))->raw(')');
    }
}

final class Parser
{
    private const PRECEDENCE = ['or' => 1, 'and' => 2, '==' => 3, '!=' => 3, '<' => 3, '>' => 3, '<=' => 3, '>=' => 3, '~' => 4, '+' => 5, '-' => 5, '*' => 6, '/' => 6, '%' => 6];

    /** @var list<Lexeme> */
    private array $lexemes = [];
    private int $at = 0;

    /** @param list<Lexeme> $lexemes */
    public function parse(array $lexemes): TemplateNode
    {
        $this->lexemes = $lexemes;
        $this->at = 0;

        return $this->body();
    }

    private function body(string ...$until): TemplateNode
    {
        $nodes = [];
        while (!($lexeme = $this->lexemes[$this->at])->is('eof')) {
            $this->at++;
            switch ($lexeme->type) {
                case 'text':
                    $nodes[] = new Text([], ['text' => $lexeme->text], $lexeme->line);
                    break;
                case 'print':
                    $nodes[] = new Show(['value' => $this->expression()], [], $lexeme->line);
                    $this->expect('end');
                    break;
                case 'tag':
                    if (in_array($this->lexemes[$this->at]->text, $until, true)) {
                        return new Sequence($nodes);
                    }
                    $nodes[] = $this->tag($lexeme->line);
                    break;
                default:
                    throw new SourceError(sprintf('Unexpected "%s" in line %d.', $lexeme->text, $lexeme->line));
            }
        }

        return new Sequence($nodes, [], 1);
    }

    private function tag(int $line): TemplateNode
    {
        $tag = $this->expect('name')->text;
        $method = 'parse' . ucfirst($tag);
        if (!method_exists($this, $method)) {
            throw new SourceError("Unknown tag \"$tag\" in line $line.");
        }

        return $this->$method($line);
    }

    private function parseFor(int $line): TemplateNode
    {
        $name = $this->expect('name')->text;
        $this->expect('name', 'in');
        $list = $this->expression();
        $this->expect('end');
        $body = $this->body('endfor');
        $this->at += 2;

        return new Loop(['list' => $list, 'body' => $body], ['name' => $name], $line);
    }

    private function parseIf(int $line): TemplateNode
    {
        $nodes = ['test' => $this->expression()];
        $this->expect('end');
        $nodes['then'] = $this->body('else', 'endif');
        if ($this->expect('name')->text === 'else') {
            $this->expect('end');
            $nodes['else'] = $this->body('endif');
            $this->at++;
        }
        $this->expect('end');

        return new Choice($nodes, [], $line);
    }

    private function parseSet(int $line): TemplateNode
    {
        $name = $this->expect('name')->text;
        if ($this->lexemes[$this->at]->is('end')) {
            $this->at++;
            $body = $this->body('endset');
            $this->at += 2;

            return new Capture(['body' => $body], ['name' => $name], $line);
        }
        $this->expect('name', 'to');
        $value = $this->expression();
        $this->expect('end');

        return new Assignment(['value' => $value], ['name' => $name], $line);
    }

    private function expression(int $least = 0): TemplateNode
    {
        $left = $this->postfix($this->primary());
        while (true) {
            $sign = $this->lexemes[$this->at];
            $precedence = $sign->type === 'sign' || $sign->type === 'name' ? self::PRECEDENCE[$sign->text] ?? -1 : -1;
            if ($precedence < $least) {
                return $left;
            }
            $this->at++;
            $left = new Operation(['left' => $left, 'right' => $this->expression($precedence + 1)], ['sign' => $sign->text], $sign->line);
        }
    }

    private function primary(): TemplateNode
    {
        $lexeme = $this->lexemes[$this->at++];

        return match (true) {
            $lexeme->is('number') => new Literal([], ['value' => str_contains($lexeme->text, '.') ? (float) $lexeme->text : (int) $lexeme->text]),
            $lexeme->is('string') => new Literal([], ['value' => $lexeme->text]),
            $lexeme->is('name') => new Name([], ['name' => $lexeme->text]),
            $lexeme->is('sign', '(') => $this->closed(')'),
            $lexeme->is('sign', '[') => new ListOf($this->listed(']')),
            default => throw new SourceError(sprintf('Unexpected %s "%s" in line %d.', $lexeme->type, $lexeme->text, $lexeme->line)),
        };
    }

    private function closed(string $closing): TemplateNode
    {
        $node = $this->expression();
        $this->expect('sign', $closing);

        return $node;
    }

    /** @return list<TemplateNode> */
    private function listed(string $closing): array
    {
        $nodes = [];
        while (!$this->lexemes[$this->at]->is('sign', $closing)) {
            if ($nodes !== []) {
                $this->expect('sign', ',');
            }
            $nodes[] = $this->expression();
        }
        $this->at++;

        return $nodes;
    }

    private function postfix(TemplateNode $node): TemplateNode
    {
        while ($this->lexemes[$this->at]->type === 'sign') {
            switch ($this->lexemes[$this->at]->text) {
                case '.':
                    $this->at++;
                    $node = new Member(['of' => $node, 'name' => new Literal([], ['value' => $this->expect('name')->text])]);
                    break;
                case '[':
                    $this->at++;
                    $node = new Member(['of' => $node, 'name' => $this->closed(']')]);
                    break;
                case '|':
                    $this->at++;
                    $name = $this->expect('name')->text;
                    $arguments = [$node];
                    if ($this->lexemes[$this->at]->is('sign', '(')) {
                        $this->at++;
                        array_push($arguments, ...$this->listed(')'));
                    }
                    $node = new Filter($arguments, ['name' => $name]);
                    break;
                default:
                    return $node;
            }
        }

        return $node;
    }

    private function expect(string $type, ?string $text = null): Lexeme
    {
        $lexeme = $this->lexemes[$this->at];
        if (!$lexeme->is($type, $text)) {
            throw new SourceError(sprintf('Expected %s, got %s "%s" in line %d.', $text ?? $type, $lexeme->type, $lexeme->text, $lexeme->line));
        }
        $this->at++;

        return $lexeme;
    }
}

final class TemplateCompiler
{
    private string $code = '';
    private int $indentation = 2;
    private array $lines = [];

    public function compile(string $class, TemplateNode $root): string
    {
        $this->code = "final class $class extends Page\n{\n    protected function show(array \$context): void\n    {\n";
        $this->lines = [];
        $root->compile($this);

        return $this->code . "    }\n\n    public function lines(): array\n    {\n        return " . var_export($this->lines, true) . ";\n    }\n}\n";
    }

    public function node(TemplateNode $node): static
    {
        $node->compile($this);

        return $this;
    }

    public function raw(string $code): static
    {
        $this->code .= $code;

        return $this;
    }

    public function write(string ...$codes): static
    {
        foreach ($codes as $code) {
            $this->code .= str_repeat(' ', $this->indentation * 4) . $code;
        }

        return $this;
    }

    public function quote(string $text): static
    {
        $this->code .= '"' . addcslashes($text, "\0\t\"\$\\") . '"';

        return $this;
    }

    public function line(int $line): static
    {
        $this->lines[substr_count($this->code, "\n")] = $line;

        return $this;
    }

    public function indent(): static
    {
        $this->indentation++;

        return $this;
    }

    public function outdent(): static
    {
        if ($this->indentation-- < 1) {
            throw new LogicException('Cannot outdent.');
        }

        return $this;
    }
}

final class Markup implements Stringable
{
    public function __construct(private readonly string $html)
    {
    }

    public function __toString(): string
    {
        return $this->html;
    }
}

abstract class Page
{
    private static array $methods = [];

    /** @param array<string, Closure> $filters */
    public function __construct(private readonly array $filters)
    {
    }

    public function render(array $context): string
    {
        $level = ob_get_level();
        ob_start(static fn (): string => '');
        try {
            $this->show($context);
        } catch (Throwable $error) {
            while (ob_get_level() > $level) {
                ob_end_clean();
            }
            throw $error;
        }
        $html = ob_get_contents();
        ob_end_clean();

        return $html;
    }

    abstract protected function show(array $context): void;

    protected function escape(mixed $value): string
    {
        if ($value instanceof Markup) {
            return (string) $value;
        }
        if (!is_string($value)) {
            if ($value === null || is_bool($value)) {
                return $value ? '1' : '';
            }
            if (is_int($value) || is_float($value)) {
                return (string) $value;
            }
            $value = is_array($value) ? 'Array' : (string) $value;
        }

        return htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }

    protected function each(mixed $list): iterable
    {
        return is_iterable($list) ? $list : [];
    }

    protected function member(mixed $of, string|int $name): mixed
    {
        if (is_array($of) || $of instanceof ArrayAccess) {
            if (isset($of[$name])) {
                return $of[$name];
            }
            if (is_array($of)) {
                return null;
            }
        }
        if (!is_object($of)) {
            return null;
        }
        if (isset($of->$name) || array_key_exists($name, get_object_vars($of))) {
            return $of->$name;
        }
        $class = $of::class;
        if (!isset(self::$methods[$class])) {
            foreach (get_class_methods($of) as $method) {
                self::$methods[$class][strtolower($method)] = $method;
                foreach (['get', 'is', 'has'] as $prefix) {
                    if (str_starts_with($method, $prefix)) {
                        self::$methods[$class][lcfirst(substr($method, strlen($prefix)))] ??= $method;
                    }
                }
            }
        }
        $method = self::$methods[$class][$name] ?? null;

        return $method === null ? null : $of->$method();
    }

    protected function filter(string $name, mixed ...$arguments): mixed
    {
        return ($this->filters[$name] ?? throw new SourceError("Unknown filter \"$name\"."))(...$arguments);
    }
}

final class Article
{
    public array $tags = [];

    public function __construct(private readonly string $title, private readonly int $cents, public readonly ?DateTimeImmutable $from = null)
    {
    }

    public function getTitle(): string
    {
        return $this->title;
    }

    public function getPrice(): float
    {
        return $this->cents / 100;
    }

    public function isCheap(): bool
    {
        return $this->cents < 2000;
    }
}

$filters = [
    'upper' => strtoupper(...),
    'title' => static fn (string $text): string => mb_convert_case($text, MB_CASE_TITLE, 'UTF-8'),
    'length' => static fn (mixed $value): int => is_countable($value) ? count($value) : mb_strlen((string) $value, 'UTF-8'),
    'join' => static fn (array $list, string $glue = ''): string => implode($glue, array_map(strval(...), $list)),
    'money' => static fn (float|int $value, int $digits = 2): string => number_format($value, $digits, '.', ' '),
    'slice' => static fn (string $text, int $from, int $length): string => mb_substr($text, $from, $length, 'UTF-8'),
    'replace' => static fn (string $text, string $from, string $to): string => strtr($text, [$from => $to]),
    'date' => static fn (?DateTimeImmutable $date, string $format = 'j M Y'): string => $date?->format($format) ?? '',
    'sorted' => static function (array $list): array {
        asort($list);

        return $list;
    },
    'cheap' => static fn (array $list): array => array_filter($list, static fn (Article $article): bool => $article->isCheap()),
    'raw' => static fn (mixed $value): Markup => new Markup((string) $value),
    'default' => static fn (mixed $value, mixed $default): mixed => $value === null || $value === '' ? $default : $value,
];

$template = <<<'HTML'
    <!doctype html>
    <title>{{ shop.name|title }} ({{ articles|length }})</title>
    {# cheap articles come first #}
    {% set cheap to articles|cheap %}
    {% if cheap|length > 2 and shop.open %}<p class="offer">{{ "From " ~ (cheap|length + 1) * 2 ~ " on" }}</p>{% else %}<p>{{ note|default("none") }}</p>{% endif %}
    {% set list %}<ul>
    {% for article in articles %}<li id="a{{ loop.index }}"{% if loop.first %} class="first"{% endif %}>
      <b>{{ article.title|upper }}</b> {{ article.price|money }} {{ article.from|date("Y-m-d") }}
      {% for tag in article.tags|sorted %}<i>{{ tag|replace("-", " ") }}</i>{% endfor %}
      {% if article.cheap %}<em>{{ article.title|slice(0, 3) }}&hellip;</em>{% endif %}
    </li>{% endfor %}</ul>{% endset %}
    {{ list }}
    <footer>{{ numbers[1] + numbers[2] }} {{ [1, 2, "x"]|join(", ") }} {{ rows.a.b }} {{ markup|raw }}</footer>
    HTML;

$articles = [];
for ($i = 0; $i < 30; $i++) {
    $article = new Article("Größe & <$i>", 150 * $i + 99, $i % 4 === 0 ? null : new DateTimeImmutable("2025-03-01 +$i days", new DateTimeZone('UTC')));
    $article->tags = array_slice(['new', 'second-hand', "n-$i", 'old & good'], 0, $i % 4);
    $articles[] = $article;
}
$bytes = 0;
for ($round = 0; $round < 20; $round++) {
    $class = "Page$round";
    eval((new TemplateCompiler())->compile($class, (new Parser())->parse((new Lexer())->split($template . $round))));
    $page = new $class($filters);
    for ($i = 0; $i < 150; $i++) {
        $bytes += strlen($page->render([
            'shop' => (object) ['name' => 'the corner shop', 'open' => $i % 2 === 0],
            'articles' => $articles,
            'numbers' => new ArrayObject([1, 2, 3]),
            'rows' => ['a' => ['b' => $i]],
            'markup' => '<hr>',
        ]));
    }
}
foreach (['{{ a', '{% nothing %}', '{{ a|nothing }}', '{{ ( }}'] as $wrong) {
    try {
        $class = 'Wrong' . md5($wrong);
        eval((new TemplateCompiler())->compile($class, (new Parser())->parse((new Lexer())->split($wrong))));
        (new $class($filters))->render([]);
    } catch (SourceError $error) {
        $bytes += strlen($error->getMessage());
    }
}
echo $bytes, "\n";
