<?php
session_start();
$_SESSION['count'] = ($_SESSION['count'] ?? 0) + (int) ($_POST['add'] ?? 0);
header('X-Method: ' . $_SERVER['REQUEST_METHOD']);
echo $_SESSION['count'], ' ', $_GET['q'] ?? '', ' ', basename($_SERVER['SCRIPT_FILENAME']), "\n";
