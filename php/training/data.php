<?php

declare(strict_types=1);

// Trains work with data: database rows, JSON, serialization, dates, sorting.
// Needs: pdo_sqlite

$pdo = new PDO('sqlite::memory:', options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$pdo->exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL, placed TEXT, tags TEXT)');
$insert = $pdo->prepare('INSERT INTO orders (customer, total, placed, tags) VALUES (?, ?, ?, ?)');
$day = new DateTimeImmutable('2024-02-28 23:30:00', new DateTimeZone('Europe/Paris'));
$pdo->beginTransaction();
for ($i = 0; $i < 3000; $i++) {
    $placed = $day->modify("+$i hours");
    $insert->execute(["customer-" . ($i * 7919 % 211), ($i * 31 % 997) / 7, $placed->format(DATE_ATOM), json_encode(["t$i", 'x'])]);
}
$pdo->commit();

final class Order implements JsonSerializable
{
    public ?int $id = null;
    public string $customer = '';
    public float $total = 0.0;
    public string $placed = '';
    public string $tags = '';

    public function month(): string
    {
        return (new DateTimeImmutable($this->placed))->setTimezone(new DateTimeZone('UTC'))->format('Y-m');
    }

    public function jsonSerialize(): array
    {
        return ['id' => $this->id, 'who' => $this->customer, 'total' => round($this->total, 2), 'tags' => json_decode($this->tags)];
    }
}

for ($round = 0; $round < 6; $round++) {
    $orders = $pdo->query('SELECT * FROM orders WHERE total > ' . $round * 10)->fetchAll(PDO::FETCH_CLASS, Order::class);
    $months = [];
    foreach ($orders as $order) {
        $months[$order->month()][] = $order;
    }
    ksort($months);
    $report = array_map(static function (array $group): array {
        usort($group, static fn (Order $a, Order $b): int => [$b->total, $a->id] <=> [$a->total, $b->id]);

        return [
            'count' => count($group),
            'sum' => array_sum(array_column(array_map(static fn (Order $o): array => $o->jsonSerialize(), $group), 'total')),
            'best' => array_slice($group, 0, 3),
        ];
    }, $months);
    $json = json_encode($report, JSON_THROW_ON_ERROR);
    $again = json_decode($json, true, flags: JSON_THROW_ON_ERROR);
    $copy = unserialize(serialize($orders));
    $groups = $pdo->query('SELECT customer, COUNT(*) n, AVG(total) a FROM orders GROUP BY customer ORDER BY n DESC, customer')
        ->fetchAll(PDO::FETCH_ASSOC);
    $csv = fopen('php://memory', 'w+');
    foreach ($groups as $group) {
        fputcsv($csv, $group, ',', '"', '\\');
    }
    rewind($csv);
    while (($row = fgetcsv($csv, null, ',', '"', '\\')) !== false) {
        $months[$row[0]] = (float) $row[2];
    }
    echo strlen($json), ' ', count($again), ' ', count($copy), ' ', count($months), "\n";
}

for ($i = 0; $i < 4000; $i++) {
    $date = $day->add(new DateInterval('P' . $i % 400 . 'DT5M'));
    $difference = $date->diff($day);
    $text = $date->format('D, d M Y H:i:s O') . $difference->days;
    if ($i % 4 === 0) {
        $parsed = DateTimeImmutable::createFromFormat('Y-m-d H:i', $date->format('Y-m-d H:i')) ?: throw new LogicException($text);
    }
}
