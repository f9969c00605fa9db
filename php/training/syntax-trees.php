<?php

declare(strict_types=1);

// Trains the work of source code tools: PHP's tokens, a table-driven parser, nodes with properties looked up by name,
// visitors that replace nodes, a printer, a cache of hashes.
// Needs: tokenizer

final class Position
{
    public function __construct(public readonly int $line, public readonly int $from, public int $to)
    {
    }
}

interface Syntax
{
    public function getType(): string;

    /** @return string[] */
    public function getChildNames(): array;
}

abstract class SyntaxNode implements Syntax, JsonSerializable
{
    protected array $attributes = [];

    public function __construct(array $attributes = [])
    {
        $this->attributes = $attributes;
    }

    public function getAttribute(string $key, mixed $default = null): mixed
    {
        if (array_key_exists($key, $this->attributes)) {
            return $this->attributes[$key];
        }

        return $default;
    }

    public function setAttribute(string $key, mixed $value): void
    {
        $this->attributes[$key] = $value;
    }

    public function getType(): string
    {
        return strtr(static::class, '\\', '_');
    }

    public function jsonSerialize(): array
    {
        return ['type' => $this->getType(), 'attributes' => array_keys($this->attributes)] + get_object_vars($this);
    }
}

final class Program extends SyntaxNode
{
    /** @param SyntaxNode[] $statements */
    public function __construct(public array $statements, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return ['statements'];
    }
}

final class Call extends SyntaxNode
{
    public function __construct(public string $name, public array $arguments, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return ['arguments'];
    }
}

final class Binary extends SyntaxNode
{
    public function __construct(public string $operator, public SyntaxNode $left, public SyntaxNode $right, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return ['left', 'right'];
    }
}

final class Assign extends SyntaxNode
{
    public function __construct(public Variable $target, public SyntaxNode $value, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return ['target', 'value'];
    }
}

final class Variable extends SyntaxNode
{
    public function __construct(public string $name, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return [];
    }
}

final class Number extends SyntaxNode
{
    public function __construct(public int|float $value, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return [];
    }
}

final class Quoted extends SyntaxNode
{
    public function __construct(public string $value, array $attributes = [])
    {
        parent::__construct($attributes);
    }

    public function getChildNames(): array
    {
        return [];
    }
}

/** A parser driven by tables of numbers: it shifts states and reduces them by rules. */
final class TableParser
{
    private const BINDING = ['=' => 1, '||' => 2, '&&' => 3, '==' => 4, '<' => 5, '.' => 6, '+' => 7, '-' => 7, '*' => 8, '/' => 8, '%' => 8];

    /** @var array<int, int> */
    private array $symbolOf = [];
    private array $tokens = [];
    private array $values = [];
    private array $states = [];
    private array $positions = [];

    public function __construct(private readonly int $version = 80)
    {
        foreach ([T_VARIABLE, T_LNUMBER, T_DNUMBER, T_STRING, T_CONSTANT_ENCAPSED_STRING, T_BOOLEAN_AND, T_BOOLEAN_OR, T_IS_EQUAL] as $symbol => $id) {
            $this->symbolOf[$id] = $symbol + 1;
        }
        for ($character = 0; $character < 256; $character++) {
            $this->symbolOf[$character] ??= 0;
        }
    }

    public function parse(string $code): Program
    {
        $this->tokens = [];
        foreach (PhpToken::tokenize($code, TOKEN_PARSE) as $token) {
            if ($token->isIgnorable() || $token->is([T_OPEN_TAG, T_CLOSE_TAG])) {
                continue;
            }
            $this->tokens[] = $token;
        }
        $statements = [];
        $at = 0;
        $count = count($this->tokens);
        while ($at < $count) {
            [$node, $at] = $this->statement($at);
            $statements[] = $node;
        }

        return new Program($statements, ['tokens' => $count, 'version' => $this->version]);
    }

    /** @return array{SyntaxNode, int} */
    private function statement(int $at): array
    {
        $this->values = [];
        $this->states = [];
        $this->positions = [];
        $depth = 0;
        $expectOperand = true;
        while (true) {
            $token = $this->tokens[$at++] ?? throw new ParseError('Unexpected end');
            $symbol = $this->symbolOf[$token->id] ?? -1;
            $text = $token->text;
            if ($expectOperand) {
                if ($text === '(') {
                    $this->states[] = -1;
                    $this->positions[] = null;
                    $depth++;
                    continue;
                }
                $attributes = ['line' => $token->line, 'position' => new Position($token->line, $token->pos, $token->pos + strlen($text))];
                if ($symbol === 4) {
                    [$arguments, $at] = $this->arguments($at + 1);
                    $this->values[] = new Call($text, $arguments, $attributes);
                } else {
                    $this->values[] = match ($symbol) {
                        1 => new Variable(substr($text, 1), $attributes),
                        2 => new Number((int) $text, $attributes),
                        3 => new Number((float) $text, $attributes),
                        5 => new Quoted(stripcslashes(substr($text, 1, -1)), $attributes),
                        default => throw new ParseError("Unexpected $text in line $token->line"),
                    };
                }
                $expectOperand = false;
                continue;
            }
            if ($text === ')' && $depth > 0) {
                while (end($this->states) !== -1) {
                    $this->reduce();
                }
                array_pop($this->states);
                array_pop($this->positions);
                $depth--;
                continue;
            }
            if ($text === ';' || $text === ',' || $text === ')') {
                while ($this->states !== []) {
                    $this->reduce();
                }

                return [$this->values[0], $at];
            }
            $binding = self::BINDING[$text] ?? throw new ParseError("Unexpected $text in line $token->line");
            while ($this->states !== [] && ($top = $this->states[count($this->states) - 1]) >= $binding && $top !== -1) {
                if ($top === 1 && $binding === 1) {
                    break;
                }
                $this->reduce();
            }
            $this->states[] = $binding;
            $this->positions[] = $token;
            $expectOperand = true;
        }
    }

    private function reduce(): void
    {
        $binding = array_pop($this->states);
        $token = array_pop($this->positions);
        $right = array_pop($this->values);
        $left = array_pop($this->values);
        if ($binding === 1) {
            assert($left instanceof Variable);
            $this->values[] = new Assign($left, $right, ['line' => $token->line]);

            return;
        }
        $this->values[] = new Binary($token->text, $left, $right, ['line' => $token->line, 'position' => $token->pos]);
    }

    /** @return array{SyntaxNode[], int} */
    private function arguments(int $at): array
    {
        $arguments = [];
        if ($this->tokens[$at]->text === ')') {
            return [$arguments, $at + 1];
        }
        do {
            $saved = [$this->values, $this->states, $this->positions];
            [$arguments[], $at] = $this->statement($at);
            [$this->values, $this->states, $this->positions] = $saved;
        } while ($this->tokens[$at - 1]->text === ',');

        return [$arguments, $at];
    }
}

interface NodeVisitor
{
    public function enter(SyntaxNode $node): ?int;

    public function leave(SyntaxNode $node): ?SyntaxNode;
}

abstract class QuietVisitor implements NodeVisitor
{
    public function enter(SyntaxNode $node): ?int
    {
        return null;
    }

    public function leave(SyntaxNode $node): ?SyntaxNode
    {
        return null;
    }
}

final class Traverser
{
    public const DO_NOT_ENTER = 1;

    /** @var NodeVisitor[] */
    private array $visitors = [];

    public function add(NodeVisitor ...$visitors): self
    {
        foreach ($visitors as $visitor) {
            $this->visitors[] = $visitor;
        }

        return $this;
    }

    public function traverse(SyntaxNode $node): SyntaxNode
    {
        foreach ($this->visitors as $visitor) {
            if ($visitor->enter($node) === self::DO_NOT_ENTER) {
                return $node;
            }
        }
        foreach ($node->getChildNames() as $name) {
            $child = &$node->$name;
            if (is_array($child)) {
                foreach ($child as $index => $one) {
                    if ($one instanceof SyntaxNode) {
                        $child[$index] = $this->traverse($one);
                    }
                }
            } elseif ($child instanceof SyntaxNode) {
                $child = $this->traverse($child);
            }
            unset($child);
        }
        foreach ($this->visitors as $visitor) {
            $node = $visitor->leave($node) ?? $node;
        }

        return $node;
    }
}

final class Folding extends QuietVisitor
{
    public function leave(SyntaxNode $node): ?SyntaxNode
    {
        if (!$node instanceof Binary || !$node->left instanceof Number || !$node->right instanceof Number) {
            return null;
        }
        $left = $node->left->value;
        $right = $node->right->value;
        $value = match ($node->operator) {
            '+' => $left + $right,
            '-' => $left - $right,
            '*' => $left * $right,
            '/' => $right == 0 ? null : $left / $right,
            '%' => (int) $right === 0 ? null : (int) $left % (int) $right,
            default => null,
        };

        return $value === null ? null : new Number($value, ['line' => $node->getAttribute('line'), 'folded' => true]);
    }
}

final class Scopes extends QuietVisitor
{
    /** @var array<string, list<int>> */
    public array $used = [];
    private array $stack = [];
    private SplObjectStorage $parents;

    public function __construct()
    {
        $this->parents = new SplObjectStorage();
    }

    public function enter(SyntaxNode $node): ?int
    {
        if ($this->stack !== []) {
            $this->parents[$node] = $this->stack[count($this->stack) - 1];
        }
        $this->stack[] = $node;
        if ($node instanceof Variable) {
            $this->used[$node->name][] = $node->getAttribute('line', 0);
        } elseif ($node instanceof Quoted && isset($node->value[100])) {
            return Traverser::DO_NOT_ENTER;
        }

        return null;
    }

    public function leave(SyntaxNode $node): ?SyntaxNode
    {
        array_pop($this->stack);

        return null;
    }

    public function depth(SyntaxNode $node): int
    {
        for ($depth = 0; isset($this->parents[$node]); $depth++) {
            $node = $this->parents[$node];
        }

        return $depth;
    }
}

final class Printer
{
    private const PRECEDENCE = ['||' => [2, -1], '&&' => [3, -1], '==' => [4, 0], '<' => [5, 0], '.' => [6, -1], '+' => [7, -1], '-' => [7, -1], '*' => [8, -1], '/' => [8, -1], '%' => [8, -1]];

    private string $newline = "\n";

    public function print(SyntaxNode $node, int $outer = 0): string
    {
        return $this->{'p' . $node->getType()}($node, $outer);
    }

    protected function pProgram(Program $node): string
    {
        $result = '';
        foreach ($node->statements as $statement) {
            $comments = $statement->getAttribute('comments', []);
            if ($comments) {
                $result .= implode($this->newline, $comments);
            }
            $result .= $this->newline . $this->print($statement) . ';';
        }

        return $result;
    }

    protected function pAssign(Assign $node, int $outer): string
    {
        return $this->print($node->target, 0) . ' = ' . $this->print($node->value, 0);
    }

    protected function pBinary(Binary $node, int $outer): string
    {
        [$precedence, $associativity] = self::PRECEDENCE[$node->operator];
        $text = $this->print($node->left, $precedence) . ' ' . $node->operator . ' ' . $this->print($node->right, $precedence - $associativity);

        return $precedence < $outer ? '(' . $text . ')' : $text;
    }

    protected function pCall(Call $node): string
    {
        $arguments = [];
        foreach ($node->arguments as $argument) {
            $arguments[] = $this->print($argument);
        }

        return $node->name . '(' . implode(', ', $arguments) . ')';
    }

    protected function pVariable(Variable $node): string
    {
        return '$' . $node->name;
    }

    protected function pNumber(Number $node): string
    {
        if (is_int($node->value)) {
            return $node->value < 0 ? '(' . $node->value . ')' : (string) $node->value;
        }
        $text = sprintf('%.16G', $node->value);

        return preg_match('/^-?[0-9]+$/', $text) ? $text . '.0' : $text;
    }

    protected function pQuoted(Quoted $node): string
    {
        return "'" . addcslashes($node->value, "'\\") . "'";
    }
}

/** The findings of a check of a file, by line and column. */
final class Sniffer
{
    /** @var array<int, array<int, list<array{string, int}>>> */
    private array $findings = [];

    public function check(string $code): int
    {
        $tokens = token_get_all($code);
        $line = 1;
        $column = 1;
        $previous = null;
        $brackets = [];
        foreach ($tokens as $index => $token) {
            [$id, $text] = is_array($token) ? $token : [null, $token];
            if ($id === null) {
                if ($text === '(') {
                    $brackets[] = $index;
                } elseif ($text === ')') {
                    $opener = array_pop($brackets);
                    if ($opener !== null && $index - $opener > 20) {
                        $this->add($line, $column, 'Long', $index - $opener);
                    }
                } elseif ($text === ',' && isset($tokens[$index + 1]) && !is_array($tokens[$index + 1])) {
                    $this->add($line, $column, 'Space', 1);
                }
            } elseif ($id === T_WHITESPACE && $previous === T_WHITESPACE) {
                $this->add($line, $column, 'Twice', 0);
            } elseif ($id === T_VARIABLE && strcasecmp($text, '$THIS') !== 0 && !preg_match('/^\$[a-z][a-zA-Z0-9]*$/', $text)) {
                $this->add($line, $column, 'Name', strlen($text));
            }
            $lines = substr_count($text, "\n");
            if ($lines > 0) {
                $line += $lines;
                $column = strlen($text) - strrpos($text, "\n");
            } else {
                $column += strlen($text);
            }
            $previous = $id;
        }
        ksort($this->findings);
        $score = 0;
        foreach ($this->findings as $columns) {
            foreach ($columns as $found) {
                foreach ($found as [$kind, $weight]) {
                    $score += strlen($kind) * $weight;
                }
            }
        }

        return $score;
    }

    private function add(int $line, int $column, string $kind, int $weight): void
    {
        if (isset($this->findings[$line][$column]) === false) {
            $this->findings[$line][$column] = [];
        }
        $this->findings[$line][$column][] = [$kind, $weight];
    }
}

$lines = [];
for ($i = 0; $i < 40; $i++) {
    $lines[] = "\$total_$i = \$a$i + ($i * 3 - 4) / 2 . 'text of \\'line\\' $i' . strlen(\$a$i, max($i, 2.5 * \$b)) ;";
    $lines[] = "\$flag = \$a$i < 10 && (\$b == $i || \$c % 3 == 1);  // why";
    $lines[] = "call(\$x, call(\$y, 1,2, 'a' . 'b'), \$z = 1 + 2 * 3);";
}
$code = "<?php\n" . implode("\n", $lines) . "\n";
$bytes = 0;
for ($round = 0; $round < 45; $round++) {
    $program = (new TableParser($round))->parse($code);
    $scopes = new Scopes();
    $program = (new Traverser())->add(new Folding(), $scopes)->traverse($program);
    $bytes += strlen((new Printer())->print($program));
    $deepest = 0;
    foreach ($program->statements as $statement) {
        $deepest = max($deepest, $scopes->depth($statement));
    }
    uksort($scopes->used, static fn (string $a, string $b): int => strnatcmp($a, $b));
    $copy = unserialize(serialize($program));
    $bytes += (new Sniffer())->check($code) + count($scopes->used) + $deepest + ($copy == $program ? 1 : 0);
    if ($round % 5 === 0) {
        $bytes += strlen(json_encode($program, JSON_PRETTY_PRINT)) + strlen(hash('xxh128', $code . $round)) + strlen(var_export(array_slice($scopes->used, 0, 5), true));
    }
    try {
        (new TableParser())->parse('<?php $a = ;');
    } catch (ParseError $error) {
        $bytes += strlen($error->getMessage());
    }
}
echo $bytes, "\n";
