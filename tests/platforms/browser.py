"""The programs of examples/wasm in a browser without a window. Their page comes from a server of this process, which hands the
calls on to the local service: so page and service have one origin, as a browser demands where the service names no other."""

import http.server
import queue
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

BROWSER = "chromium-headless-shell"
SECONDS = 60

PAGE = """\
<!doctype html>
<script src="follow.js"></script>
<script type="module">
import {{ follow as followed }} from './superoffice.mjs';
const [base, token, ids] = [location.origin + '{base}', '{token}', {ids}];
const lines = [];
const tell = () => fetch('/told', {{ method: 'POST', body: lines.join('\\n') }});
addEventListener('error', event => {{ lines.push(event.message); tell(); }});
addEventListener('unhandledrejection', event => {{ lines.push(event.reason); tell(); }});
{script}
</script>
"""
MODULE = """\
const module = await WebAssembly.compileStreaming(fetch('superoffice.wasm'));
for (const id of ids) {
  try {
    for await (const { state, percent } of followed(module, base, token, id, { interval: 100 })) lines.push(`${id} ${state} ${percent}`);
  } catch (error) {
    lines.push(`${id} ${error.message}`);
  }
}
tell();
"""
EMSCRIPTEN = """\
const over = new Set();
await follow({
  arguments: [base, token, ...ids.map(String)],
  print(line) {
    lines.push(line);
    const [id, state] = line.split(' ');
    if (!['New', 'Aquired', 'Started'].includes(state)) over.add(id);
    if (over.size === ids.length) tell();
  },
});
"""


class Pages(http.server.ThreadingHTTPServer):
    """Serves these files, hands every other request on to the service, and keeps what the page tells."""

    def __init__(self, service, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.told = queue.Queue()
        self.files = files
        self.service = service

    def handle_error(self, request, client_address):
        pass  # the browser closes connections as it likes, and so does the service


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, fields, body):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        kind, body = self.server.files.get(self.path.lstrip("/"), (None, b""))
        self.answer(200 if kind else 404, [("Content-Type", kind or "text/plain")], body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/told":
            self.server.told.put(body.decode())
            self.answer(204, [], b"")
            return
        kept = ("Authorization", "Content-Type", "Accept")
        reply, answer = self.server.service.ask("POST", self.path, body, {name: self.headers[name] for name in kept})
        self.answer(reply.status, [(name, value) for name, value in reply.getheaders() if name in ("Content-Type", "Location")], answer)


def told_by(service, script, token, ids, files):
    """What the page says that runs this script."""
    page = PAGE.format(base=urllib.parse.urlsplit(service.base).path, token=token, ids=list(ids), script=script)
    with Pages(service, files | {"": ("text/html", page.encode())}) as pages, tempfile.TemporaryDirectory() as home:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        browser = subprocess.Popen(
            [shutil.which(BROWSER), "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}", "--remote-debugging-port=0",
             f"http://localhost:{pages.server_port}/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return pages.told.get(timeout=SECONDS)
        except queue.Empty:
            return f"the page told nothing in {SECONDS} s"
        finally:
            browser.terminate()
            browser.wait()
            pages.shutdown()
