<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

same([], array_diff(['mysql', 'pgsql', 'sqlite'], PDO::getAvailableDrivers()), 'PDO drivers that are missing');

// Drupal 11 needs SQLite 3.45.
$version = SQLite3::version()['versionString'];
ensure(version_compare($version, '3.45.0', '>='), "SQLite is 3.45.0 or newer; it is $version");
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

// No servers here: that each client gets as far as being refused proves that it loads and resolves.
$refusals = [
    'mysql' => [static fn () => new PDO('mysql:host=127.0.0.1;port=1', 'user', 'secret'), '2002'],
    'pgsql' => [static fn () => new PDO('pgsql:host=127.0.0.1;port=1', 'user', 'secret'), 'refused'],
    'mysqli' => [static fn () => new mysqli('127.0.0.1', 'user', 'secret', '', 1), 'refused'],
];
foreach ($refusals as $name => [$connect, $expected]) {
    set_error_handler(static fn () => true);
    try {
        $connect();
        $message = 'connected';
    } catch (PDOException | mysqli_sql_exception $error) {
        $message = $error->getMessage();
    }
    restore_error_handler();
    ensure(str_contains($message, $expected), "$name says that the connection is refused; it says: $message");
}
