<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$version = SQLite3::version()['versionString'];
$sqlite = new PDO('sqlite::memory:');
same($version, $sqlite->query('SELECT sqlite_version()')->fetchColumn(), 'PDO and sqlite3 use one SQLite');
$sqlite->exec('CREATE VIRTUAL TABLE pages USING fts5(text)');
$sqlite->exec("INSERT INTO pages VALUES ('layers of PHP'), ('something else')");
same('layers of PHP', $sqlite->query("SELECT text FROM pages WHERE pages MATCH 'php'")->fetchColumn(), 'full text');
same('2', (string) $sqlite->query("SELECT json_extract('{\"a\":[1,2]}', '$.a[1]')")->fetchColumn(), 'JSON in SQL');
same('3', (string) $sqlite->query('SELECT cast(sqrt(9) AS int)')->fetchColumn(), 'mathematics in SQL');
$file = new SQLite3('/tmp/test.sqlite');
$file->exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
same(1, $file->querySingle('SELECT x FROM t'), 'a database in a file');
