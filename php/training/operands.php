<?php

declare(strict_types=1);

// Trains every operator on every kind of operand that has its own instructions in the engine (constant, variable,
// temporary, result of a call), and on every pair of types that is common in programs. In a trained function, GCC
// optimizes the blocks that never ran for size. The engine is one large function, so this affects each instruction that
// no training program uses.

$given = ['int' => '7', 'float' => '2.5', 'string' => "'word'", 'digits' => "'12'", 'null' => 'null', 'bool' => 'true', 'array' => '[1, 2]'];
$pairs = [
    ['int', 'int'], ['int', 'float'], ['float', 'int'], ['float', 'float'], ['string', 'string'], ['string', 'int'],
    ['int', 'digits'], ['digits', 'digits'], ['null', 'int'], ['string', 'null'], ['bool', 'bool'], ['array', 'array'],
    ['array', 'null'],
];
$kinds = [
    'constant' => static fn (string $type): string => $given[$type],
    'variable' => static fn (string $type): string => "\$$type",
    'temporary' => static fn (string $type): string => "(\$yes ? \$$type : 0)",
    'result' => static fn (string $type): string => "give(\$$type)",
];
$arithmetic = ['+', '-', '*', '/', '%', '**', '.', '<<', '>>', '&', '|', '^'];
$comparisons = ['==', '!=', '===', '!==', '<', '<=', '>', '>='];
$targets = ['$v', '$o->plain', '$o->{$name}', '$this->plain', 'self::$shared', '$list[3]', "\$list['key']", '$list[$name]', '$o->items[1]'];

$code = "<?php\nfunction give(mixed \$value): mixed { return \$value; }\n";
$calls = '';
$add = static function (string $body, string $parameters = '') use (&$code, &$calls, $given): void {
    static $number = 0;
    $number++;
    $values = '';
    foreach ($given as $type => $value) {
        $values .= "\$$type = $value; ";
    }
    // Each body gets its own function, because the optimizer ignores functions with thousands of instructions.
    $code .= "function f$number(\$yes, \$n = 0$parameters) { $values\n$body\nreturn \$n; }\n";
    $calls .= "f$number(\$yes);\n";
};
foreach ($pairs as [$left, $right]) {
    foreach ($kinds as $leftKind => $makeLeft) {
        $body = '';
        foreach ($kinds as $rightKind => $makeRight) {
            if ($leftKind === 'constant' && $rightKind === 'constant') {
                continue; // The compiler evaluates constant expressions.
            }
            $a = $makeLeft($left);
            $b = $makeRight($right);
            foreach ([...$arithmetic, ...$comparisons, '<=>', '??', '&&', '||', 'xor'] as $operator) {
                if ($operator === '??' && $leftKind === 'constant') {
                    continue;
                }
                $body .= "try { \$r = ($a) $operator ($b); } catch (Error) { \$n++; }\n";
            }
            foreach ($comparisons as $operator) {
                $body .= "if (($a) $operator ($b)) { \$n++; }\nif (!(($a) $operator ($b))) { \$n--; }\n";
            }
        }
        $add($body);
    }
}

// Compound assignments, increments and reads of every kind of variable, property and element.
$code .= "class Place { public \$plain = 1; public array \$items = [1, 2]; public static \$shared = 1; public ?int \$typed = 1;\n";
$code .= "function run(\$yes, \$name) { \$n = 0; \$o = new self(); \$v = 1; \$list = [3 => 1, 'key' => 1, 'plain' => 1];\n";
foreach ($targets as $target) {
    foreach (['1', '1.5', '$yes', '($yes ? 2 : 3)', 'give(2)'] as $operand) {
        $code .= "$target = 4;\n";
        foreach (['+', '-', '*', '/', '%', '**', '.', '<<', '>>', '&', '|', '^', '??'] as $operator) {
            $code .= "$target = 6; $target $operator= $operand; \$r = ($target $operator= $operand);\n";
        }
        $code .= "\$r = $target = $operand;\n";
    }
    $code .= "$target = 1; $target++; ++$target; $target--; --$target; \$r = $target++; \$r = ++$target; \$r = $target--; \$r = --$target;\n";
    $code .= "$target = 1.5; $target++; \$r = --$target; \$n += isset($target) ? 1 : 0; \$n += empty($target) ? 1 : 0; \$r = &$target; unset(\$r); \$r = $target ?? 2;\n";
}
$code .= "return \$n; } }\n";
$calls .= "(new Place())->run(true, 'plain');\n";

// Declared types: the optimizer has special instructions for them.
foreach (['int', 'float'] as $type) {
    $body = '';
    foreach (['+', '-', '*', '<', '<=', '>', '>=', '==', '!=', '===', '!=='] as $operator) {
        $body .= "\$r = \$a $operator \$b; \$r = \$a $operator 3; \$r = 3 $operator \$b; if (\$a $operator \$b) { \$n++; } if (!(\$a $operator \$b)) { \$n--; }\n";
    }
    $code .= "function typed_$type($type \$a, $type \$b): $type { \$n = 0; for (\$i = 0; \$i < 20; \$i++) { \$a++; --\$b; $body }\n";
    $code .= "while (\$n-- > 0) { \$a = \$a + \$b; } return \$a; }\n";
    $calls .= "typed_$type(1, 2);\n";
}

// Warnings, such as for arrays in strings, are not typical for programs, so the training does not report them.
error_reporting(0);
$file = tempnam(sys_get_temp_dir(), 'training');
file_put_contents($file, "$code\nfor (\$round = 0; \$round < 200; \$round++) {\n\$yes = \$round >= 0;\n$calls}\n");
try {
    require $file;
} finally {
    unlink($file);
}
echo substr_count($code, 'function'), "\n";
