<?php

declare(strict_types=1);

// Trains the language except its operators: variables, calls, objects, loops, generators, exceptions. operands.php
// trains the operators and explains why such programs are needed.

interface Shape
{
    public const SIDES = 0;

    public function area(): float;
}

trait Named
{
    protected string $label = 'none';

    public static int $made = 0;

    public function named(string $label): static
    {
        $copy = clone $this;
        $copy->label = $label;

        return $copy;
    }

    abstract public function area(): float;
}

abstract class Base implements Shape, Countable, ArrayAccess, IteratorAggregate, Stringable
{
    use Named;

    public ?Base $next = null;

    private array $values = [];

    public function __construct(public readonly float $size, protected int|string|null $id = null, array $values = [])
    {
        static::$made++;
        $this->values = $values;
    }

    public function __get(string $name): mixed
    {
        return $this->values[$name] ?? null;
    }

    public function __set(string $name, mixed $value): void
    {
        $this->values[$name] = $value;
    }

    public function __isset(string $name): bool
    {
        return isset($this->values[$name]);
    }

    public function __unset(string $name): void
    {
        unset($this->values[$name]);
    }

    public function __call(string $name, array $arguments): mixed
    {
        return [$name, ...$arguments];
    }

    public static function __callStatic(string $name, array $arguments): mixed
    {
        return count($arguments) + strlen($name);
    }

    public function __invoke(int ...$numbers): int
    {
        return array_sum($numbers);
    }

    public function __toString(): string
    {
        return "{$this->label} of {$this->size}, $this->id";
    }

    public function count(): int
    {
        return count($this->values);
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset($this->values[$offset]);
    }

    public function offsetGet(mixed $offset): mixed
    {
        return $this->values[$offset];
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        if ($offset === null) {
            $this->values[] = $value;
        } else {
            $this->values[$offset] = $value;
        }
    }

    public function offsetUnset(mixed $offset): void
    {
        unset($this->values[$offset]);
    }

    public function getIterator(): Iterator
    {
        yield from $this->values;
    }

    public function &reference(string $key): mixed
    {
        return $this->values[$key];
    }

    public function __destruct()
    {
        self::$made--;
    }
}

final class Square extends Base
{
    public const SIDES = 4;

    public function area(): float
    {
        return $this->size ** 2;
    }
}

final class Circle extends Base
{
    public const SIDES = parent::SIDES + 1;

    public function area(): float
    {
        return $this->size * $this->size * M_PI;
    }
}

enum Level: int
{
    case Low = 1;
    case High = 9;

    public const DEFAULT = self::Low;

    public static function of(int $n): self
    {
        return self::tryFrom($n) ?? self::DEFAULT;
    }

    public function label(): string
    {
        return match (true) {
            $this === self::Low => 'low',
            $this->value > 5 => 'high',
            default => 'other',
        };
    }
}

function defaults(int $a, string $b = 'b', ?array $c = null, float|int $d = 1.5, Base|null $e = null, mixed ...$rest): int
{
    static $calls = 0;
    static $seen = [];
    $seen[$b] = ($seen[$b] ?? 0) + 1;

    return ++$calls + $a + strlen($b) + count($c ?? []) + (int) $d + count($rest) + func_num_args();
}

function change(array &$list, int &$count, string ...$more): void
{
    $list[] = $count++;
    foreach ($more as $one) {
        $list[$one] = $count;
    }
}

function numbers(int $from, int $to): Generator
{
    try {
        for ($i = $from; $i < $to; $i++) {
            $sent = yield "key$i" => $i;
            if ($sent === 'stop') {
                return $i;
            }
        }
        yield from [100, 200];
        $inner = yield from pairs();
    } finally {
        $i = -1;
    }

    return $inner;
}

function pairs(): iterable
{
    yield [1, [2, 'three' => 3]];
    yield [4, [5, 'three' => 6]];

    return 'pairs';
}

function classify(mixed $value): string
{
    switch (true) {
        case is_int($value): return 'int';
        case is_float($value): return 'float';
        case is_bool($value): return 'bool';
        case is_string($value): $kind = 'string'; break;
        case is_array($value): $kind = 'array'; break;
        case $value instanceof Base: $kind = $value::class; break;
        case is_object($value): $kind = get_debug_type($value); break;
        case is_null($value): $kind = 'null'; break;
        default: $kind = gettype($value);
    }

    return $kind;
}

function choose(string $word, int $number): int
{
    switch ($word) {
        case 'alpha': $n = 1; break;
        case 'beta': $n = 2; break;
        case 'gamma': $n = 3; break;
        case 'delta': $n = 4; break;
        case 'epsilon': $n = 5; break;
        default: $n = 0;
    }
    switch ($number) {
        case 1: case 2: $n += 10; break;
        case 3: $n += 20; break;
        case 4: $n += 30; break;
        case 5: $n += 40; break;
        case 6: $n += 50; break;
        default: $n--;
    }

    return $n + match ($word) {
        'alpha', 'beta' => 1,
        'gamma' => 2,
        default => 3,
    } + match ($number) {
        1, 2, 3 => 4,
        4 => 5,
        default => 6,
    };
}

function failing(int $depth): int
{
    try {
        if ($depth === 0) {
            throw new DomainException('deep', 3, new LogicException('cause'));
        }

        return failing($depth - 1);
    } catch (InvalidArgumentException | OutOfRangeException $e) {
        return -1;
    } finally {
        $depth++;
    }
}

function places(Base $shape, array $list, string $key, int $index, ?Base $none): int
{
    $n = 0;
    $text = 'characters';
    $nested = ['a' => ['b' => ['c' => 1]], 'list' => [1, 2, 3], 7 => 'seven'];
    $object = (object) ['plain' => 1, 'deep' => (object) ['list' => [1, 2]]];
    $name = 'plain';
    $class = $shape::class;
    // Reads.
    $n += $nested['a']['b']['c'] + $nested['list'][1] + $list[$index] + $list['k'] + $object->plain + $object->$name + $object->deep->list[0];
    $n += strlen($text[0] . $text[-1] . $text[$index] . $nested[7][2]) + $class::SIDES + Square::SIDES + Base::$made + $class::$made;
    [$first, ['three' => $third]] = [1, [2, 'three' => 3]];
    [, $second] = [1, 2];
    ['x' => $x, 'y' => [$y]] = ['x' => 1, 'y' => [2]];
    [$first, $third] = [$third, $first];
    [$list['l'], $object->from] = [5, 6];
    foreach ([[1, 2], [3, 4]] as [$p, $q]) {
        $n += $p * $q;
    }
    // Writes that create missing elements.
    $made = null;
    $made['a'][] = 1;
    $made['a'][$index]['z'] = 2;
    $object->deep->more['q'][] = 3;
    $shape['new'] = 4;
    $shape[] = 5;
    $shape->magic = 6;
    $shape->next = clone $shape;
    $shape->next->next = null;
    $alias = &$made['a'][0];
    $alias++;
    $other = &$object->plain;
    $other .= '1';
    $reference = &$shape->reference('new');
    $reference = 7;
    // isset, empty and unset.
    $n += isset($nested['a']['b']['d'], $nested['a']) ? 1 : 2;
    $n += (isset($shape['new']) ? 1 : 0) + (isset($shape->magic) ? 1 : 0) + (empty($shape['none']) ? 1 : 0) + (isset($none->next->size) ? 1 : 0);
    $n += (isset($text[3]) ? 1 : 0) + (isset($list[$key]) ? 1 : 0) + (empty($object->none) ? 1 : 0) + (isset(Base::$made) ? 1 : 0);
    $n += $none?->next?->size ?? $nested['q']['r'] ?? $object->none ?? $none ?? 3;
    $n += (int) array_key_exists($key, $list) + (int) in_array($key, ['k', 'l', 'm'], true) + (int) in_array($index, [1, 2, 3], true);
    unset($made['a'][0], $object->from, $shape['new'], $shape->magic, $list['l'], $none->next);
    $list['k'] ??= 1;
    $object->later ??= [];
    $shape->id ??= 4;
    // Literals and strings.
    $all = [...$list, ...[1, 2], 'last' => $n, $key => $index];
    $text = "$key and {$list['k']} of {$object->plain} at $nested[7]: {$shape->area()}" . PHP_EOL . <<<TEXT
        A text of $n with {$key}
        TEXT;
    $casts = [(int) '12', (float) '1.5', (string) $n, (bool) $text, (array) $object, (object) $list, !$n, -$n, +$n, ~$n];
    $GLOBALS['counted'] = ($GLOBALS['counted'] ?? 0) + $n;
    global $counted;
    $n += @$list['missing'] === null ? (int) ($counted > 0) : 0;

    return $n + count($all) + strlen($text) + count($casts);
}

function calls(Base $shape): int
{
    $offset = 3;
    $total = 0;
    $add = function (int $n) use ($offset, &$total): int {
        return $total += $n + $offset;
    };
    $double = fn (int $n): int => $n * 2 + $offset;
    $length = strlen(...);
    $area = $shape->area(...);
    $static = static fn (): string => 'static';
    $method = 'area';
    $function = 'defaults';
    $constructor = $shape::class;
    $list = [1, 2];
    $count = 1;
    $n = $add(1) + $double(2) + $length('four') + (int) $area() + strlen($static());
    $n += defaults(1) + defaults(1, 'x', [1]) + defaults(a: 1, d: 2.5) + defaults(1, 'b', null, 2, $shape, 6, 7) + defaults(...[1, 'c'], ...['d' => 2]);
    $n += $function(4) + (int) $shape->$method() + (int) [$shape, 'area']() + (int) (new $constructor(2.0))->area();
    $n += count($shape->missing(1, 2)) + Square::missing(1) + $shape(1, 2, 3) + $shape(...$list);
    $n += call_user_func('defaults', 1) + call_user_func_array([$shape, 'count'], []) + (int) call_user_func_array('max', [1, 2.5]);
    change($list, $count);
    change($list, $count, 'a', 'b');
    $sorted = [3, 1, 2];
    sort($sorted);
    usort($sorted, static fn (int $a, int $b): int => $b <=> $a);
    $mapped = array_map(fn ($v) => [$v, 'v' => $v], array_filter($sorted, fn ($v) => $v > 1));
    $n += array_reduce($mapped, fn (int $sum, array $v): int => $sum + $v['v'], 0) + Level::of(9)->value + Level::of(2)->value;
    $n += strlen(Level::High->label() . Level::Low->name . $shape->named('other')) + count(Level::cases()) + strlen((string) $shape);
    $bound = Closure::bind(fn () => count($this->values), $shape, Base::class);
    $anonymous = new class ($n) extends ArrayObject {
        public function __construct(private int $n)
        {
            parent::__construct([$n]);
        }

        public function n(): int
        {
            return $this->n + parent::count();
        }
    };

    return $n + $bound() + $anonymous->n() + ($shape instanceof Square ? 1 : 0) + ($shape instanceof $constructor ? 1 : 0) + ($shape instanceof Countable ? 1 : 0);
}

function loops(Base $shape): int
{
    $n = 0;
    $list = [1, 2, 3, 'k' => 4];
    foreach ($list as $key => &$value) {
        $value = is_int($key) ? $value + 1 : $value;
    }
    unset($value);
    foreach ($shape as $key => $value) {
        $n += $value;
    }
    foreach ((object) $list as $key => $value) {
        $n += strlen((string) $key);
    }
    foreach (new ArrayIterator($list) as $value) {
        $n += $value;
    }
    foreach (numbers(0, 5) as $key => $value) {
        $n += is_array($value) ? 1 : $value;
    }
    $generator = numbers(0, 10);
    $n += $generator->current();
    $n += $generator->send('go');
    $generator->send('stop');
    $n += $generator->valid() ? 0 : $generator->getReturn();
    for ($i = 0, $j = 10; $i < $j; $i++, $j--) {
        if ($i === 2) {
            continue;
        }
        while (true) {
            if (++$n % 3 === 0) {
                break 1;
            }
        }
        do {
            $n--;
        } while ($n > 100);
    }
    foreach ([1, 1.5, 'a', true, null, [], $shape, new stdClass()] as $value) {
        $n += strlen(classify($value));
    }
    foreach (['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'] as $i => $word) {
        $n += choose($word, $i + 1);
    }
    try {
        failing(3);
    } catch (RuntimeException $e) {
        $n = 0;
    } catch (Exception $e) {
        $n += $e->getCode() + strlen($e->getMessage() . $e->getPrevious()?->getMessage());
    }
    try {
        $n += intdiv(1, $n - $n);
    } catch (DivisionByZeroError) {
        $n++;
    }
    try {
        defaults('no number');
    } catch (TypeError $e) {
        $n += strlen($e->getMessage()) > 0 ? 1 : 0;
    }

    return $n;
}

$sum = 0;
for ($round = 0; $round < 1500; $round++) {
    $shape = $round % 2 === 0 ? new Square(2.0, $round, ['a' => 1, 'b' => 2]) : new Circle(1.5, "id$round", ['c' => 3]);
    $sum += places($shape, ['k' => 1, 2, 3, 4], 'k', 2, null);
    $sum += calls($shape) + loops($shape);
}
echo $sum > 0 ? "language\n" : "nothing\n";
