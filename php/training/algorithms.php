<?php

declare(strict_types=1);

// Trains the engine: calls, objects, closures, arrays of every layout, references, exceptions, numbers.

enum Suit: string
{
    case Hearts = 'h';
    case Spades = 's';

    public function other(): self
    {
        return match ($this) {
            self::Hearts => self::Spades,
            self::Spades => self::Hearts,
        };
    }
}

abstract class Node
{
    abstract public function accept(Visitor $visitor): int|float;
}

final class Leaf extends Node
{
    public function __construct(public readonly int $value)
    {
    }

    public function accept(Visitor $visitor): int|float
    {
        return $visitor->visitLeaf($this);
    }
}

final class Branch extends Node
{
    /** @param Node[] $children */
    public function __construct(public array $children)
    {
    }

    public function accept(Visitor $visitor): int|float
    {
        return $visitor->visitBranch($this);
    }
}

interface Visitor
{
    public function visitLeaf(Leaf $leaf): int|float;

    public function visitBranch(Branch $branch): int|float;
}

final class Sum implements Visitor
{
    public int $calls = 0;

    public function visitLeaf(Leaf $leaf): int
    {
        $this->calls++;

        return $leaf->value;
    }

    public function visitBranch(Branch $branch): int|float
    {
        $sum = 0;
        foreach ($branch->children as $child) {
            $sum += $child->accept($this);
        }

        return $sum;
    }
}

function tree(int $depth, int &$next): Node
{
    if ($depth === 0) {
        return new Leaf($next++);
    }

    return new Branch([tree($depth - 1, $next), tree($depth - 1, $next), tree($depth - 1, $next)]);
}

/** Finds a shortest path in a grid by Dijkstra's algorithm with a heap. */
function shortest(array $grid): int
{
    $size = count($grid);
    $best = array_fill(0, $size * $size, PHP_INT_MAX);
    $queue = new SplPriorityQueue();
    $queue->insert([0, 0, $grid[0][0]], 0);
    while (!$queue->isEmpty()) {
        [$x, $y, $cost] = $queue->extract();
        if ($cost >= $best[$y * $size + $x]) {
            continue;
        }
        $best[$y * $size + $x] = $cost;
        foreach ([[1, 0], [0, 1], [-1, 0], [0, -1]] as [$dx, $dy]) {
            if (isset($grid[$y + $dy][$x + $dx])) {
                $next = $cost + $grid[$y + $dy][$x + $dx];
                $queue->insert([$x + $dx, $y + $dy, $next], -$next);
            }
        }
    }

    return $best[$size * $size - 1];
}

function collatz(int $start): int
{
    for ($steps = 0; $start !== 1; $steps++) {
        $start = $start % 2 === 0 ? intdiv($start, 2) : 3 * $start + 1;
    }

    return $steps;
}

/** Multiplies matrices of floats (nested packed arrays). */
function multiply(array $a, array $b): array
{
    $columns = array_map(null, ...$b);
    $product = [];
    foreach ($a as $i => $row) {
        foreach ($columns as $j => $column) {
            $sum = 0.0;
            foreach ($row as $k => $value) {
                $sum += $value * $column[$k];
            }
            $product[$i][$j] = $sum;
        }
    }

    return $product;
}

$next = 0;
$sum = new Sum();
$tree = tree(8, $next);
for ($i = 0; $i < 12; $i++) {
    $tree->accept($sum);
}

mt_srand(7);
$grid = [];
for ($y = 0; $y < 45; $y++) {
    for ($x = 0; $x < 45; $x++) {
        $grid[$y][$x] = mt_rand(1, 9);
    }
}
$answer = shortest($grid) + array_sum(array_map(collatz(...), range(1, 4000)));

$matrix = array_chunk(array_map(static fn (int $n): float => sin($n) * sqrt($n), range(1, 2500)), 50);
$answer += (int) multiply($matrix, $matrix)[3][4];

$memo = [];
$fibonacci = static function (int $n) use (&$fibonacci, &$memo): int {
    return $memo[$n] ??= $n < 2 ? $n : $fibonacci($n - 1) + $fibonacci($n - 2);
};
$caught = 0;
$suit = Suit::Hearts;
for ($i = 0; $i < 20000; $i++) {
    $memo = $i % 500 ? $memo : [];
    $answer += $fibonacci(40) % 7;
    $suit = $suit->other();
    try {
        if ($i % 50 === 0) {
            throw new DomainException("at $i", $i, $i % 100 ? null : new RuntimeException('inner'));
        }
    } catch (DomainException $exception) {
        $caught += $exception->getPrevious() === null ? 1 : 2;
    } finally {
        $answer += $suit === Suit::from('h') ? 1 : 0;
    }
}

$users = [];
for ($i = 0; $i < 3000; $i++) {
    $users[] = ['id' => $i, 'name' => 'user' . ($i * 17 % 1000), 'age' => $i % 90, 'groups' => [$i % 3, $i % 5]];
}
for ($round = 0; $round < 8; $round++) {
    $adults = array_filter($users, static fn (array $user): bool => $user['age'] >= 18 + $round);
    $names = array_unique(array_column($adults, 'name', 'id'));
    $byGroup = array_reduce($adults, static function (array $carry, array $user): array {
        foreach ($user['groups'] as $group) {
            $carry["g$group"][] = $user['id'];
        }

        return $carry;
    }, []);
    uasort($names, strcmp(...));
    $merged = array_merge_recursive(['a' => ['b' => $round]], ['a' => ['b' => 1, 'c' => [...array_slice($names, 0, 5)]]]);
    ['a' => ['c' => $slice]] = $merged;
    $answer += count($byGroup) + count($slice) + count(array_diff_key($names, array_flip(array_rand($names, 20))));
}
echo $answer, ' ', $caught, ' ', $sum->calls, "\n";
