// fetch_host.js - the functions that fetch_stack.hpp calls: requests that go through the fetch() of a browser or of Node.
// SPDX-License-Identifier: BSL-1.0
//
// With Emscripten a library: em++ ... --js-library fetch_host.js. Elsewhere a script, see superoffice.mjs.

/// `memory(at, size)` gives that part of the program's memory, as a Uint8Array.
function superofficeFetchHost(memory) {
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  // What the browser adds by itself, and does not let a page set.
  const forbidden = ['accept-encoding', 'connection', 'content-length', 'host', 'user-agent'];
  // fetch() has decoded the body: these headers would tell of another one.
  const hidden = ['content-encoding', 'content-length', 'transfer-encoding'];

  // The reasons of a failure that Node tells, as numbers of fetch_stack.hpp. A browser tells none: -2.
  const reasons = {
    ENOTFOUND: -3, EAI_AGAIN: -4, ECONNREFUSED: -5, ECONNRESET: -6, UND_ERR_SOCKET: -7, CERT_HAS_EXPIRED: -8, CERT_NOT_YET_VALID: -9,
    DEPTH_ZERO_SELF_SIGNED_CERT: -10, SELF_SIGNED_CERT_IN_CHAIN: -11, UNABLE_TO_GET_ISSUER_CERT: -11,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: -11, UNABLE_TO_VERIFY_LEAF_SIGNATURE: -11, ERR_TLS_CERT_ALTNAME_INVALID: -12,
  };

  const requests = new Map();
  let last = 0;
  // Copies, because the program zeroes its memory and uses it again; and fetch() takes no memory that threads share.
  const bytes = (at, size) => new Uint8Array(memory(at, size));
  const text = (at, size) => decoder.decode(bytes(at, size));

  function put(from, into, room) {
    const fitting = from.subarray(0, room);
    memory(into, fitting.length).set(fitting);
    return fitting.length;
  }

  function headersOf(fields) {
    const headers = new Headers();
    for (const line of fields.split('\r\n')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      if (colon > 0 && !forbidden.includes(name)) headers.append(name, line.slice(colon + 1).trim());
    }
    return headers;
  }

  async function run(request, method, url, fields, body) {
    try {
      const reply = await fetch(url, {
        method, headers: headersOf(fields), body,
        redirect: 'manual', credentials: 'omit', cache: 'no-store', signal: request.abort.signal,
      });
      // A browser does not tell where a redirection leads, nor its status.
      request.status = reply.type === 'opaqueredirect' ? 302 : reply.status;
      request.headers = reply.headers;
      const reader = reply.body ? reply.body.getReader() : null;
      while (reader) {
        const { done, value } = await reader.read();
        if (done) break;
        request.pieces.push(value);
      }
      request.complete = true;
    } catch (error) {
      request.failed = (error && error.cause && reasons[error.cause.code]) || -2;
    }
  }

  return {
    begin(method, methodSize, url, urlSize, fields, fieldsSize, body, bodySize) {
      const request = { pieces: [], complete: false, failed: 0, status: 0, headers: new Headers(), abort: new AbortController() };
      requests.set(++last, request);
      run(request, text(method, methodSize), text(url, urlSize), text(fields, fieldsSize), bodySize ? bytes(body, bodySize) : undefined);
      return last;
    },
    receive(number, into, size) {
      const { pieces, failed, complete } = requests.get(number);
      if (pieces.length === 0) return failed || (complete ? -1 : 0);
      const count = put(pieces[0], into, size);
      pieces[0] = pieces[0].subarray(count);
      if (pieces[0].length === 0) pieces.shift();
      return count;
    },
    status(number) {
      return requests.has(number) ? requests.get(number).status : 0;
    },
    header(number, name, size, into, room) {
      const key = text(name, size).toLowerCase();
      const value = hidden.includes(key) || !requests.has(number) ? null : requests.get(number).headers.get(key);
      if (value === null) return -1;
      const encoded = encoder.encode(value);
      put(encoded, into, room);
      return encoded.length;
    },
    cancel(number) {
      requests.get(number).abort.abort();
      requests.delete(number);
    },
  };
}

if (typeof mergeInto === 'undefined') {
  globalThis.superofficeFetchHost = superofficeFetchHost;
} else {  // Emscripten copies these functions into the program
  const library = {
    $superofficeFetchHost: superofficeFetchHost,
    $superofficeHost: 'superofficeFetchHost((at, size) => HEAPU8.subarray(at, at + size))',
    $superofficeHost__deps: ['$superofficeFetchHost'],
  };
  const functions = {
    begin: function(...words) { return superofficeHost.begin(...words); },
    receive: function(...words) { return superofficeHost.receive(...words); },
    status: function(...words) { return superofficeHost.status(...words); },
    header: function(...words) { return superofficeHost.header(...words); },
    cancel: function(...words) { superofficeHost.cancel(...words); },
  };
  for (const name in functions) {
    library[`superoffice_fetch_${name}`] = functions[name];
    library[`superoffice_fetch_${name}__deps`] = ['$superofficeHost'];
  }
  mergeInto(LibraryManager.library, library);
}
