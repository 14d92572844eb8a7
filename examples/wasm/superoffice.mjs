// superoffice.mjs - follows a batch task from a web page or from Node, by the module that main.cpp becomes.
// SPDX-License-Identifier: BSL-1.0
//
//     const module = await WebAssembly.compileStreaming(fetch('superoffice.wasm'));
//     for await (const { state, percent } of follow(module, 'https://online.superoffice.com/Cust12345/api', token, 497))
//         show(state, percent);

const encoder = new TextEncoder(), decoder = new TextDecoder();

// What the browser adds by itself, and does not let a page set.
const forbidden = new Set(['accept-encoding', 'connection', 'content-length', 'host', 'user-agent']);
// fetch() has decoded the body: these headers would tell of another one.
const hidden = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

/// The functions that the module calls. There is one request at a time.
class FetchHost {
  #memory = () => new Uint8Array();
  #request = null;

  attach(instance) {
    this.#memory = (at, size) => new Uint8Array(instance.exports.memory.buffer, at, size);
  }
  #text(at, size) {
    return decoder.decode(this.#memory(at, size).slice());
  }

  functions() {
    return {
      begin: (...words) => this.#begin(...words),
      receive: (into, size) => this.#receive(into, size),
      status: () => this.#request?.status ?? 0,
      header: (name, size, into, room) => this.#header(this.#text(name, size).toLowerCase(), into, room),
      cancel: () => this.#request?.abort.abort(),
    };
  }

  // All is copied here: the module's memory is zeroed and used again.
  #begin(method, methodSize, url, urlSize, fields, fieldsSize, body, bodySize) {
    const headers = new Headers();
    for (const line of this.#text(fields, fieldsSize).split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0 && !forbidden.has(line.slice(0, colon).toLowerCase())) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const request = { pieces: [], complete: false, failed: false, status: 0, headers: new Headers(), abort: new AbortController() };
    this.#request = request;
    this.#fetch(request, this.#text(url, urlSize), {
      method: this.#text(method, methodSize), headers, body: bodySize ? this.#memory(body, bodySize).slice() : undefined,
      redirect: 'manual', credentials: 'omit', cache: 'no-store', signal: request.abort.signal,
    });
  }
  async #fetch(request, url, options) {
    try {
      const reply = await fetch(url, options);
      // A browser does not tell where a redirection leads, nor its status.
      request.status = reply.type === 'opaqueredirect' ? 302 : reply.status;
      request.headers = reply.headers;
      for (let reader = reply.body?.getReader(); reader;) {
        const { done, value } = await reader.read();
        if (done) break;
        request.pieces.push(value);
      }
      request.complete = true;
    } catch {
      request.failed = true;
    }
  }
  #receive(into, size) {
    const { pieces, failed, complete } = this.#request;
    if (pieces.length === 0) return failed ? -2 : complete ? -1 : 0;
    const taken = pieces[0].subarray(0, size), rest = pieces[0].subarray(taken.length);
    this.#memory(into, taken.length).set(taken);
    if (rest.length) pieces[0] = rest; else pieces.shift();
    return taken.length;
  }
  #header(name, into, room) {
    const value = hidden.has(name) ? null : this.#request?.headers.get(name);
    if (value == null) return -1;
    const bytes = encoder.encode(value).subarray(0, room);
    this.#memory(into, bytes.length).set(bytes);
    return bytes.length;
  }
}

/// Gives { state, percent, description } for each change until the task is over; throws an Error if a call fails for good.
export async function* follow(module, baseUrl, accessToken, id, { interval = 2000 } = {}) {
  const host = new FetchHost();
  const instance = await WebAssembly.instantiate(module, { host: host.functions() });
  host.attach(instance);
  const calls = instance.exports;

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
