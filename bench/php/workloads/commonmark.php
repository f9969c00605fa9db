<?php

declare(strict_types=1);

// league/commonmark: converts a long document with tables, lists, code, links and inline marks to HTML.

require 'League/CommonMark/autoload.php';

$section = <<<'MD'
    ## Section %d: *about* `things`

    A paragraph with **strong**, _soft_ and ~~gone~~ words, a [link](https://example.com/%d "title"), an
    autolink https://example.org/?q=%d and ![an image](/i/%d.png). Entities: &copy; &amp; 1 < 2.

    > A quote with a list:
    >
    > 1. first
    > 2. second
    >     - nested [reference][ref%d]

    | Name | Value | Note |
    | :--- | ----: | :--: |
    | a%d  | 1     | *x*  |
    | b    | 22    | `y`  |

    - [x] done
    - [ ] open, with a very long line that goes on and on so that the inline parser has to look at it twice

    ```php
    echo "<escaped> %d";
    ```

    [ref%d]: /target/%d

    MD;
$document = '';
for ($i = 0; $i < 40; $i++) {
    $document .= sprintf($section, $i, $i, $i, $i, $i, $i, $i, $i, $i);
}
$converter = new League\CommonMark\GithubFlavoredMarkdownConverter(['html_input' => 'strip']);
$bytes = 0;
for ($round = 0; $round < 22; $round++) {
    $bytes += strlen($converter->convert($document)->getContent());
}
echo $bytes, "\n";
