<?php

declare(strict_types=1);

// Twig: parses, compiles and renders templates with inheritance, loops, filters and escaping.

require 'Twig/autoload.php';

$templates = [
    'layout' => '<!doctype html><title>{% block title %}Shop{% endblock %}</title>{% block body %}{% endblock %}',
    'page' => <<<'TWIG'
        {% extends 'layout' %}
        {% macro price(amount) %}{{ (amount / 100)|number_format(2, '.', ' ') }} EUR{% endmacro %}
        {% import _self as shop %}
        {% block title %}{{ shop_name|upper }}: {{ products|length }}{% endblock %}
        {% block body %}
        <ul>{% for product in products|filter(p => p.price > 300) %}
            <li class="{{ cycle(['odd', 'even'], loop.index0) }}">
                {{ loop.index }}. {{ product.name|capitalize }}: {{ shop.price(product.price) }}
                {% if product.tags is not empty %}[{{ product.tags|sort|join(', ', ' and ') }}]{% endif %}
                {% set short = product.text|slice(0, 40) %}{{ short|replace({'&': '+'}) }} {{ product.added|date('Y-m-d') }}
            </li>
        {% else %}<li>nothing</li>{% endfor %}</ul>
        {% include 'foot' with {sum: products|reduce((sum, p) => sum + p.price, 0)} only %}
        {% endblock %}
        TWIG,
    'foot' => '<footer>{{ sum }} {{ sum is divisible by(3) ? "yes" : "no" }} {{ "now"|length ** 2 }}</footer>',
];
$products = array_map(static fn (int $i): array => [
    'name' => "article <$i>",
    'price' => $i * 37 % 1000,
    'tags' => $i % 3 === 0 ? [] : ["t$i", 'new', 'a & b'],
    'text' => str_repeat("words & \"more\" of $i ", 4),
    'added' => new DateTimeImmutable('2025-01-01 +' . $i . ' days', new DateTimeZone('UTC')),
], range(1, 60));

$bytes = 0;
for ($round = 0; $round < 30; $round++) {
    // A new environment compiles the templates again. The comment makes the class names unique.
    $sources = array_map(static fn (string $source): string => "$source{# $round #}", $templates);
    $twig = new Twig\Environment(new Twig\Loader\ArrayLoader($sources), ['strict_variables' => true]);
    for ($i = 0; $i < 45; $i++) {
        $bytes += strlen($twig->render('page', ['shop_name' => 'corner', 'products' => $products]));
    }
}
echo $bytes, "\n";
