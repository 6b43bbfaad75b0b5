"""An office's own system, as a webhook finds it: TLS with a certificate of its own, on a free port.

python3 office_system.py CERTIFICATE KEY STATUS...   says "port N"; a line on its input is a secret.
Each POST is answered with the next STATUS, the last one ever after, and told in one line: status,
event, item, state, id, how many signatures, how many of them hold by a secret it knows."""
import hashlib
import hmac
import http.server
import json
import ssl
import sys
import threading

secrets = []
statuses = [int(word) for word in sys.argv[3:]]


class Office(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["Trao-Time"].encode() + b"." + body
        right = {hmac.new(bytes.fromhex(one), signed, hashlib.sha256).hexdigest() for one in secrets}
        given = self.headers["Trao-Signature"].split(",")
        told = json.loads(body)
        same = told["id"] == self.headers["Idempotency-Key"]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        print(status, told["event"], told["item"] or "-", told["state"], told["id"] if same else "-", len(given),
              sum(one in right for one in given), flush=True)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


def learn():
    for line in sys.stdin:
        secrets.append(line.strip())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Office)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=learn, daemon=True).start()
print("port", server.server_address[1], flush=True)
server.serve_forever()
