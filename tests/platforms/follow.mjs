// follow.mjs - follows tasks by examples/wasm under Node, and prints what comes: follow.mjs MODULE BASE_URL TOKEN ID...
// SPDX-License-Identifier: BSL-1.0
import { readFileSync } from 'node:fs';
import { follow } from '../../examples/wasm/superoffice.mjs';

const [file, base, token, ...ids] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(file));
console.log(`imports ${[...new Set(WebAssembly.Module.imports(module).map(each => each.module))].join(' ')}`);
for (const id of ids) {
  try {
    for await (const { state, percent, description } of follow(module, base, token, Number(id), { interval: 100 }))
      console.log(`${id} ${state} ${percent} ${description}`);
    console.log(`${id} over`);
  } catch (error) {
    console.log(`${id} ${error.message}`);
  }
}
