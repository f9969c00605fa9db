<?php

declare(strict_types=1);

// Smarty: compiles templates to PHP files and renders them.

require 'smarty4/bootstrap.php';

$folder = sys_get_temp_dir() . '/smarty-' . getmypid();
$smarty = new Smarty();
$smarty->setCompileDir($folder);
$smarty->setEscapeHtml(true);
$template = <<<'TPL'
    {function row level=0}{foreach $data as $entry}{$entry.name|upper|truncate:20:"..."}{if $entry.below}{call row data=$entry.below level=$level+1}{/if}{/foreach}{/function}
    {call row data=$tree}
    {foreach $lines as $line}{if $line@iteration is div by 3}<b>{$line|escape:'html'}</b>{else}{$line|replace:'a':'o'|regex_replace:'/\d+/':'#'}{/if}{foreachelse}none{/foreach}
    {assign var=total value=0}{section name=i loop=$lines}{$total=$total+$smarty.section.i.index*2}{/section}{$total|string_format:"%08.2f"}
    TPL;
$tree = ['name' => 'leaf <x>', 'below' => []];
for ($depth = 0; $depth < 5; $depth++) {
    $tree = ['name' => "branch $depth with a long name", 'below' => [$tree, $tree]];
}
$smarty->assign('tree', [$tree]);
$smarty->assign('lines', array_map(static fn (int $i): string => "a line & $i", range(1, 150)));
$bytes = 0;
for ($i = 0; $i < 50; $i++) {
    $resource = "string:$template{* $i *}";
    for ($again = 0; $again < 20; $again++) {
        $bytes += strlen($smarty->fetch($resource));
    }
}
$smarty->clearCompiledTemplate();
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS), RecursiveIteratorIterator::CHILD_FIRST) as $left) {
    $left->isDir() ? rmdir($left->getPathname()) : unlink($left->getPathname());
}
rmdir($folder);
echo $bytes, "\n";
