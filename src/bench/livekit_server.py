"""LiveKit's server as the benchmark uses it: the real one, or lkagent's dev server, and a little of its API."""
import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import os
import time

import machine

KEY, SECRET = "devkey", "secret-that-is-long-enough-for-livekit-server"


def token():
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    now = int(time.time())
    claims = {"iss": KEY, "nbf": now - 5, "exp": now + 3600,
              "video": {"roomCreate": True, "roomList": True, "roomAdmin": True}}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(SECRET.encode(), text, hashlib.sha256).digest())).decode()


class Server:
    def __init__(self, process, port):
        self.process, self.port, self.token = process, port, token()

    def call(self, method, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/twirp/livekit.RoomService/" + method, json.dumps(body),
                           {"Content-Type": "application/json", "Authorization": "Bearer " + self.token})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{method} {body}: {answer.status} {text.decode()}")

    def create(self, rooms):
        """All at once, each together with its agent."""
        with concurrent.futures.ThreadPoolExecutor(len(rooms)) as pool:
            list(pool.map(lambda room: self.call("CreateRoom", {
                # As if a caller waited there, also behind an agent's first try to connect.
                "name": room, "emptyTimeout": 600, "departureTimeout": 600,
                "agents": [{"agentName": "bench"}]}), rooms))

    def delete(self, rooms):
        for room in rooms:
            self.call("DeleteRoom", {"room": room})


def answers(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        return True
    except OSError:
        return False


def real(tools, work):
    port, tcp, udp = machine.free_port(), machine.free_port(), machine.free_port()
    config = f"""
port: {port}
bind_addresses: ["127.0.0.1"]
rtc:
  tcp_port: {tcp}
  udp_port: {udp}
  node_ip: 127.0.0.1
  use_external_ip: false
  interfaces: {{includes: [lo]}}
  enable_loopback_candidate: true
keys:
  {KEY}: {SECRET}
"""
    file = os.path.join(work, f"livekit-{port}.yaml")
    with open(file, "w") as out:
        out.write(config)
    process = machine.spawn([os.path.join(tools, "livekit-server-1.13.5"), "--config", file, "--node-ip", "127.0.0.1"],
                            os.path.join(work, "livekit-server.log"))
    machine.wait_until("livekit-server answers", lambda: answers(port))
    return Server(process, port)


def dev(lkagent, work):
    port = machine.free_port()
    process = machine.spawn([lkagent, "dev-server", "--port", str(port), "--api-key", KEY],
                            os.path.join(work, "dev-server.log"), {"LIVEKIT_API_SECRET": SECRET})
    machine.wait_until("the dev server answers", lambda: answers(port))
    return Server(process, port)


def get(port, path):
    """The JSON that is there; an empty object while nobody answers."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        text = connection.getresponse().read()
        connection.close()
        return json.loads(text)
    except OSError:
        return {}
