// superoffice.mjs - follows a batch task from a web page or from Node, by the module that main.cpp becomes.
// SPDX-License-Identifier: BSL-1.0
//
//     const module = await WebAssembly.compileStreaming(fetch('superoffice.wasm'));
//     for await (const { state, percent } of follow(module, 'https://online.superoffice.com/Cust12345/api', token, 497))
//         show(state, percent);

import './fetch_host.js';

const encoder = new TextEncoder(), decoder = new TextDecoder();

/// Gives { state, percent, description } for each change until the task is over; throws an Error if a call fails for good.
export async function* follow(module, baseUrl, accessToken, id, { interval = 2000 } = {}) {
  // WebAssembly would cut a larger number to 32 bits, and another task would be followed.
  if (!Number.isInteger(id) || id < 1 || id > 0x7fffffff) throw new RangeError('no task has such an id');
  const host = globalThis.superofficeFetchHost((at, size) => new Uint8Array(calls.memory.buffer, at, size));
  const { exports: calls } = await WebAssembly.instantiate(module, { host });

  const put = (at, text, room) => {
    const bytes = encoder.encode(`${text}\0`);
    if (bytes.length > room) throw new RangeError('the base URL or the access token is too long');
    new Uint8Array(calls.memory.buffer, at, bytes.length).set(bytes);
  };
  const text = which => {
    const at = calls.text_of(which);
    return decoder.decode(new Uint8Array(calls.memory.buffer, at, calls.text_size()).slice());
  };
  put(calls.base_url(), baseUrl, 256);
  put(calls.access_token(), accessToken, 2048);
  calls.start(id, interval);
  try {
    for (;;) {
      const state = ['waiting', 'changed', 'finished', 'gone', 'call_failed'][calls.step(performance.now())];
      if (state === 'changed' || state === 'finished') yield { state: text(0), percent: calls.percent(), description: text(1) };
      if (state === 'call_failed') throw new Error(text(2));
      if (state === 'finished' || state === 'gone') return;
      await new Promise(next => setTimeout(next, 16));
    }
  } finally {
    calls.stop();
  }
}
