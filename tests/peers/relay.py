"""A port on loopback before a Unix socket: of a service that cannot share a network with its like."""
import contextlib
import socket
import socketserver
import threading


class _Connection(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as service:  # it may not be there
            service.connect(str(self.server.socket_file))
            asked = threading.Thread(target=self.pass_on, args=(self.connection, service), daemon=True)
            asked.start()
            self.pass_on(service, self.connection)
            asked.join()

    @staticmethod
    def pass_on(source, target):
        with contextlib.suppress(OSError):
            while octets := source.recv(1 << 16):
                target.sendall(octets)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class Relay(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host, port, socket_file):
        super().__init__((host, port), _Connection)
        self.socket_file = socket_file
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
