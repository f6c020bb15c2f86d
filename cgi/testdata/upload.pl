#!/usr/bin/perl
use strict;
use CGI;
use Digest::SHA qw(sha256_hex);

my $cgi = CGI->new;
my $file = $cgi->upload('file');
binmode $file;
my $content = do { local $/; <$file> };
print $cgi->header(-type => 'text/plain', -charset => 'utf-8', -cookie => $cgi->cookie(-name => 'seen', -value => 'yes'));
printf "%s\n%s\n%d\n%s\n", $cgi->param('name'), $cgi->param('file'), length $content, sha256_hex($content);
