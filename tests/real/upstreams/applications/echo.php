<?php
// Tells what an application in PHP sees of a request, as echo.py does.
$line = json_encode([
    'method' => $_SERVER['REQUEST_METHOD'],
    'path' => rawurldecode(strtok($_SERVER['REQUEST_URI'], '?')),
    'fields' => array_filter($_SERVER, fn ($name) => str_starts_with($name, 'HTTP_'), ARRAY_FILTER_USE_KEY),
    'length' => strlen(file_get_contents('php://input')),
], JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES) . "\n";
file_put_contents(getenv('ECHO_LOG'), $line, FILE_APPEND);
header('Content-Type: application/json');
echo $line;
