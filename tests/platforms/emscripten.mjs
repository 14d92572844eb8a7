// emscripten.mjs - runs a program that Emscripten made with -sMODULARIZE under Node: emscripten.mjs PROGRAM.js ARGUMENT...
// SPDX-License-Identifier: BSL-1.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [program, ...words] = process.argv.slice(2);
const make = createRequire(import.meta.url)(resolve(program));
// Emscripten 3.1.6 takes Node 18 for a browser, and fetch() reads no file: so the module is given.
await make({ arguments: words, wasmBinary: readFileSync(program.replace(/js$/, 'wasm')) });
