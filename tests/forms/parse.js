// Parses each line of standard input as a form, and prints names and values in hexadecimal: name=value&name=value.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const querystring = require('node:querystring');

const hex = (pairs) => pairs.map((pair) => pair.map((text) => Buffer.from(text).toString('hex')).join('=')).join('&');

for (const form of fs.readFileSync(0, 'utf8').trimEnd().split('\n')) {
    const pairs = hex([...new URLSearchParams(form)]);
    assert.strictEqual(hex(Object.entries(querystring.parse(form))), pairs);
    console.log(pairs);
}
