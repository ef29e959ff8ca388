<?php
// Responds to each request with its parameters, names and values in hexadecimal: name=value&name=value.
$pairs = $_SERVER['REQUEST_METHOD'] === 'POST' ? $_POST : $_GET;
echo implode('&', array_map(fn ($name) => bin2hex($name) . '=' . bin2hex($pairs[$name]), array_keys($pairs)));
