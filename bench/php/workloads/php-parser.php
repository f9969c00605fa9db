<?php

declare(strict_types=1);

// PHP-Parser: parses its own sources, resolves names, prints them, and parses the result.

require 'PhpParser/autoload.php';

$folder = dirname((new ReflectionClass(PhpParser\NodeTraverser::class))->getFileName());
$parser = (new PhpParser\ParserFactory())->create(PhpParser\ParserFactory::PREFER_PHP7);
$printer = new PhpParser\PrettyPrinter\Standard();
$names = ['NodeTraverser', 'NodeDumper', 'Lexer', 'Node/Stmt/Class_', 'Comment', 'PrettyPrinterAbstract', 'NameContext',
    'BuilderHelpers', 'ConstExprEvaluator', 'Lexer/Emulative', 'PrettyPrinter/Standard', 'ParserAbstract'];
$nodes = 0;
$counter = new class extends PhpParser\NodeVisitorAbstract {
    public int $count = 0;

    public function enterNode(PhpParser\Node $node)
    {
        $this->count++;

        return null;
    }
};
for ($round = 0; $round < 4; $round++) {
    foreach ($names as $name) {
        $tree = $parser->parse((string) file_get_contents("$folder/$name.php"));
        $traverser = new PhpParser\NodeTraverser();
        $traverser->addVisitor(new PhpParser\NodeVisitor\NameResolver());
        $traverser->addVisitor($counter);
        $printed = $printer->prettyPrintFile($traverser->traverse($tree));
        $nodes += strlen($printed) + count($parser->parse($printed));
    }
}
echo $counter->count, ' ', $nodes, "\n";
