<?php

declare(strict_types=1);

// Doctrine DBAL: builds queries, runs them on SQLite, and reads the rows.

require 'Doctrine/DBAL/autoload.php';

use Doctrine\DBAL\{DriverManager, ParameterType};
use Doctrine\DBAL\Schema\Schema;

$connection = DriverManager::getConnection(['driver' => 'pdo_sqlite', 'memory' => true]);
$schema = new Schema();
$table = $schema->createTable('article');
$table->addColumn('id', 'integer', ['autoincrement' => true]);
$table->addColumn('title', 'string', ['length' => 200]);
$table->addColumn('author', 'integer');
$table->addColumn('published', 'datetime_immutable');
$table->setPrimaryKey(['id']);
$table->addIndex(['author']);
foreach ($schema->toSql($connection->getDatabasePlatform()) as $sql) {
    $connection->executeStatement($sql);
}
$connection->beginTransaction();
$start = new DateTimeImmutable('2025-03-01 00:00:00', new DateTimeZone('UTC'));
for ($i = 0; $i < 4000; $i++) {
    $connection->insert(
        'article',
        ['title' => "Title $i", 'author' => $i % 37, 'published' => $start->modify("+$i minutes")],
        ['author' => ParameterType::INTEGER, 'published' => 'datetime_immutable'],
    );
}
$connection->commit();
$found = 0;
for ($i = 0; $i < 7000; $i++) {
    $query = $connection->createQueryBuilder()
        ->select('a.id', 'a.title', 'a.published')
        ->from('article', 'a')
        ->where('a.author = :author')
        ->andWhere('a.title LIKE :title OR a.id IN (:ids)')
        ->setParameter('author', $i % 37)
        ->setParameter('title', '%' . $i % 10)
        ->setParameter('ids', [$i, $i + 37, $i + 74], Doctrine\DBAL\Connection::PARAM_INT_ARRAY)
        ->orderBy('a.published', 'DESC')
        ->setMaxResults(8);
    foreach ($query->executeQuery()->iterateAssociative() as $row) {
        $found += strlen($row['title']) + (int) $connection->convertToPHPValue($row['published'], 'datetime_immutable')->format('H');
    }
}
echo $found, "\n";
