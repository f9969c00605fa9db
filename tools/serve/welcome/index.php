<?php

// Default page of `make run-php-82-fpm`. It shows that PHP answers, and the variables of the request.
$escape = static fn (mixed $value): string => htmlspecialchars(
    is_string($value) ? $value : (string) json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE),
);
$parts = ['$_GET' => $_GET, '$_POST' => $_POST, '$_COOKIE' => $_COOKIE, '$_FILES' => $_FILES, '$_SERVER' => $_SERVER];
ksort($parts['$_SERVER']);
setcookie('visits', (string) ((int) ($_COOKIE['visits'] ?? 0) + 1));
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>PHP <?= PHP_VERSION ?></title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #ddd; overflow-wrap: anywhere; padding: .25rem .5rem; text-align: left; vertical-align: top; }
  th { font-weight: normal; color: #555; width: 16rem; }
</style>
<h1>PHP <?= PHP_VERSION ?>, <?= PHP_SAPI ?></h1>
<p>Set <code>APP=path/to/folder</code> to serve your own application. Its <code>index.php</code> answers every request.</p>
<form method="post" enctype="multipart/form-data">
  <input name="text" value="é &amp; ü" aria-label="A text"> <input type="file" name="file" aria-label="A file"> <button>Send</button>
</form>
<?php foreach ($parts as $name => $values): ?>
<h2><?= $name ?></h2>
<table>
<?php foreach ($values as $key => $value): ?>
  <tr><th><?= $escape($key) ?></th><td><?= $escape($value) ?></td></tr>
<?php endforeach ?>
</table>
<?php endforeach ?>
</html>
