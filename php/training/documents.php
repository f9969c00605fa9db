<?php

declare(strict_types=1);

// Trains XML (writing, reading, searching) and compression.
// Needs: dom, simplexml, zlib

$counts = array_count_values(str_word_count(str_repeat('one two two three three three ', 20), 1));
$counts += array_combine(array_map(static fn (int $i): string => "word-$i", range(1, 17)), range(1, 17));
$total = 0;
for ($round = 0; $round < 120; $round++) {
    $xml = new SimpleXMLElement('<items/>');
    foreach ($counts as $word => $count) {
        $xml->addChild('item', "$word of $round")->addAttribute('n', (string) $count);
    }
    $document = new DOMDocument();
    $document->loadXML($xml->asXML());
    $found = (new DOMXPath($document))->query('//item[@n > 3]');
    $total += $found->length + strlen($found->item(0)->textContent);
    $total += strlen(gzuncompress(gzcompress($document->saveXML())));
}
echo $total, "\n";
