"""A Rekor v2 log's files by HTTP, as the web server before it publishes them."""
import functools
import http.server
import threading

PORT = 3107


class _Files(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/api/v2"))

    def log_message(self, *_):
        pass


class TileServer:
    def __init__(self, log_directory, host):
        handler = functools.partial(_Files, directory=str(log_directory))
        self.server = http.server.ThreadingHTTPServer((host, PORT), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://{host}:{PORT}/api/v2"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
