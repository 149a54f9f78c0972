"""A proxy before a LiveKit server: writes down when each job's assignment passed, as `JOB_ID NANOS` lines.

proxy.py UPSTREAM_PORT FILE prints its own port. A process of its own, so that nothing else holds up its clock.
"""
import re
import socket
import sys
import threading
import time

ASSIGNMENT, JOB, ID = 3, 1, 1  # field numbers of ServerMessage, JobAssignment and Job


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def field(data, wanted):
    """The first field of that number which has a length, or None."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 2:
            length, at = varint(data, at)
            if key >> 3 == wanted:
                return data[at:at + length]
            at += length
        elif key & 7 == 0:
            _, at = varint(data, at)
        else:
            at += 8 if key & 7 == 1 else 4
    return None


def job_assigned(payload):
    assignment = field(payload, ASSIGNMENT)
    job = assignment and field(assignment, JOB)
    found = job and field(job, ID)
    return found.decode() if found else None


class Frames:
    """Cuts what a server sends on a WebSocket into its frames."""

    def __init__(self):
        self.kept = b""

    def payloads(self, data):
        self.kept += data
        while len(self.kept) >= 2:
            head, length = 2, self.kept[1] & 0x7F
            if length >= 126:
                head += 2 if length == 126 else 8
                length = int.from_bytes(self.kept[2:head], "big")
            if len(self.kept) < max(head, 2) + length:
                return
            yield self.kept[head:head + length]
            self.kept = self.kept[head + length:]


def read_head(source):
    head = b""
    while b"\r\n\r\n" not in head:
        data = source.recv(65536)
        if not data:
            break
        head += data
    end = head.find(b"\r\n\r\n") + 4
    return head[:end], head[end:]


def pump(source, target, seen=None):
    try:
        while data := source.recv(65536):
            now = time.monotonic_ns()
            target.sendall(data)
            if seen:
                seen(data, now)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, upstream_port, record):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head, rest = read_head(client)
    if not head:
        return client.close()
    server = socket.create_connection(("127.0.0.1", upstream_port))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Uncompressed, so that the frames can be read.
    server.sendall(re.sub(rb"(?i)\r\nsec-websocket-extensions:[^\r]*", b"", head) + rest)
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    if not re.match(rb"(?i)get [^ ]*/agent[?/ ]", head):
        return pump(server, client)
    answer, rest = read_head(server)
    client.sendall(answer + rest)
    frames = Frames()

    def seen(data, now):
        for payload in frames.payloads(data):
            job = job_assigned(payload)
            if job:
                record.write(f"{job} {now}\n".encode())

    seen(rest, time.monotonic_ns())
    pump(server, client, seen)


def main():
    record = open(sys.argv[2], "ab", buffering=0)
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, int(sys.argv[1]), record), daemon=True).start()


if __name__ == "__main__":
    main()
